// Stretches the values of a data set to the full range: without it, 12-bit values in 16-bit files would keep only four bits.

/** The smallest and largest value of an image or of all images, in 0..65535. */
export interface Levels {
  low: number;
  high: number;
}

const full = 0xffff;

/** Levels of an image, uint16 [height, width, channels], ignoring transparency. */
export function levelsOf(samples: Uint16Array, channels: 1 | 3 | 4): Levels {
  let [low, high] = [full, 0];
  for (let at = 0; at < samples.length; at++) {
    if (channels === 4 && at % 4 === 3) continue;
    const value = samples[at]!;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { low, high };
}

export function joinLevels(a: Levels, b: Levels): Levels {
  return { low: Math.min(a.low, b.low), high: Math.max(a.high, b.high) };
}

/** The neutral element of `joinLevels`. */
export const noLevels: Levels = { low: full, high: 0 };

/** uint16 -> uint8 [height, width, channels]: `low` maps to 0, `high` to 255. Alpha, and a single value, are not stretched. */
export function stretch(samples: Uint16Array, { low, high }: Levels, channels: 1 | 3 | 4): Uint8Array {
  const [from, range] = high > low ? [low, high - low] : [0, full];
  const pixels = new Uint8ClampedArray(samples.length); // rounds and clamps
  for (let at = 0; at < samples.length; at++) {
    const isAlpha = channels === 4 && at % 4 === 3;
    pixels[at] = isAlpha ? (255 * samples[at]!) / full : (255 * (samples[at]! - from)) / range;
  }
  return new Uint8Array(pixels.buffer);
}

export function describeLevels(levels: Levels | undefined): string[] {
  if (!levels) return [];
  return [`The images' values, ${levels.low} to ${levels.high} of ${full}, are stretched to the full range.`];
}
