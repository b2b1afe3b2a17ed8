// The ink of labels and signs in pictures: a grey that is readable on white and on dark backgrounds.
import type { PictureSize } from './picture.ts';

const grey = 120;

/** A pixel with this coverage of ink (0..255), on white, or on transparency if there is alpha. */
export function inkPixel(coverage: number, channels: PictureSize['channels']): number[] {
  if (channels === 4) return [grey, grey, grey, coverage];
  return Array<number>(channels).fill(Math.round(255 - (coverage * (255 - grey)) / 255));
}
