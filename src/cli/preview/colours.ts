// Colours as escape codes: 24-bit, or the nearest of xterm's 256.

export type Colour = readonly [red: number, green: number, blue: number];

/** The middle of an SGR escape code, e.g. `38;2;255;0;0`; `ground` is 38 for the foreground, 48 for the background. */
export type ColourCode = (ground: 38 | 48, colour: Colour) => string;

export const trueColour: ColourCode = (ground, colour) => `${ground};2;${colour.join(';')}`;

export const colourOf256: ColourCode = (ground, colour) => `${ground};5;${nearestOf256(colour)}`;

const cubeLevels = [0, 95, 135, 175, 215, 255]; // of each channel in 16 + 36 r + 6 g + b
const greyLevel = (index: number) => 8 + 10 * index; // 232 + index, index in 0..23

/** The nearest of the 216 cube colours and 24 greys, by Euclidean distance; the first 16 are user-defined and not used. */
export function nearestOf256(colour: Colour): number {
  const [red, green, blue] = colour.map(nearestCubeIndex) as [number, number, number];
  const inCube = [red, green, blue].map((index) => cubeLevels[index]!);
  const mean = (colour[0] + colour[1] + colour[2]) / 3;
  const grey = Math.min(23, Math.max(0, Math.round((mean - 8) / 10)));
  const isGrey = distance(colour, Array<number>(3).fill(greyLevel(grey))) < distance(colour, inCube);
  return isGrey ? 232 + grey : 16 + 36 * red + 6 * green + blue;
}

function nearestCubeIndex(value: number): number {
  return value < 48 ? 0 : value < 115 ? 1 : Math.floor((value - 35) / 40); // midway between the levels
}

function distance(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0);
}
