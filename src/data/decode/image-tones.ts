// Detects images that a network cannot learn from by their brightness: 12-bit values in 16-bit files, single colours.
import { nameSome } from '../dataset/skipped-files.ts';

/** Brightness of one image, 0..255. */
export interface Tones {
  darkest: number;
  brightest: number;
  /** Whether every pixel has the same colour. */
  isFlat: boolean;
  /** Whether dcgan has drawn it. */
  isOwn?: boolean;
}

/** Tones of an image, uint8 [height, width, channels], ignoring transparency. */
export function tonesOf(pixels: Uint8Array, channels: 1 | 3 | 4): Tones {
  const colours = channels === 4 ? 3 : channels;
  let [darkest, brightest, isFlat] = [255, 0, true];
  for (let colour = 0; colour < colours; colour++) {
    const first = pixels[colour]!;
    for (let at = colour; at < pixels.length; at += channels) {
      const value = pixels[at]!;
      if (value < darkest) darkest = value;
      if (value > brightest) brightest = value;
      if (value !== first) isFlat = false;
    }
  }
  return { darkest, brightest, isFlat };
}

/** Images of a kind: their number, and the first few as indices of files sorted by path. */
interface Counted {
  count: number;
  first: number[];
}

export interface DatasetTones {
  darkest: number;
  brightest: number;
  flat: Counted;
  dark: Counted;
  own: Counted;
}

const maxNamed = 5;
/** 5 % of the range: an image without brighter pixels looks black on a screen. */
const nearlyBlack = 12;

function note(kind: Counted, file: number): void {
  kind.count++;
  if (kind.first.length < maxNamed) kind.first.push(file);
}

export function createToneCounter(): { add(file: number, tones: Tones): void; total: DatasetTones } {
  const total: DatasetTones = {
    darkest: 255,
    brightest: 0,
    flat: { count: 0, first: [] },
    dark: { count: 0, first: [] },
    own: { count: 0, first: [] },
  };
  return {
    total,
    add(file, { darkest, brightest, isFlat, isOwn }) {
      total.darkest = Math.min(total.darkest, darkest);
      total.brightest = Math.max(total.brightest, brightest);
      if (isOwn) note(total.own, file);
      const kind = isFlat ? total.flat : brightest <= nearlyBlack ? total.dark : undefined;
      if (kind) note(kind, file);
    },
  };
}

/** Notes about images that a network learns little from. */
export function describeTones(tones: DatasetTones, count: number, nameOf: (file: number) => string): string[] {
  const { darkest, brightest, flat, dark, own } = tones;
  const share = (brightest - darkest) / 255;
  const notes: string[] = [];
  const named = ({ count, first }: Counted) => nameSome(first.map(nameOf), count);
  if (share < 0.5) {
    notes.push(
      `The images use ${Math.round(100 * share)} % of the range: all values lie between ${darkest} and ${brightest} of 255. data.stretch=true stretches them to the full range.`,
    );
  } else if (dark.count > 0) {
    notes.push(
      `${dark.count} of the ${count} images are nearly black, with no value above ${nearlyBlack} of 255: ${named(dark)}.`,
    );
  }
  if (flat.count > 0) notes.push(`${flat.count} of the ${count} images have a single colour: ${named(flat)}.`);
  if (own.count > 0 && own.count < count)
    notes.push(`${own.count} of the ${count} images were drawn by dcgan itself; move them elsewhere: ${named(own)}.`);
  return notes;
}
