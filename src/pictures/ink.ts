// What is written into pictures beside their images: grey that can be read on white and on dark.
import type { PictureSize } from './picture.ts';

const grey = 120;

/** A pixel as far as ink covers it (0..255): on white, or on nothing where there is alpha. */
export function inkPixel(coverage: number, channels: PictureSize['channels']): number[] {
  if (channels === 4) return [grey, grey, grey, coverage];
  return Array<number>(channels).fill(Math.round(255 - (coverage * (255 - grey)) / 255));
}
