// Draws the signs of a formula as images of a grid.
import type { Images } from './images.ts';
import { inkPixel } from './ink.ts';
import type { PictureSize } from './picture.ts';

export type Sign = '+' | '-' | '=';

/** One image with a sign in its centre, on white, or on a transparent background if images have alpha. */
export function signImage(sign: Sign, { height, width, channels }: PictureSize): Images {
  const pixels = new Uint8Array(height * width * channels).fill(channels === 4 ? 0 : 255);
  const ink = inkPixel(255, channels);

  function bar(barWidth: number, barHeight: number, down: number): void {
    const left = Math.round((width - barWidth) / 2);
    const top = Math.round((height - barHeight) / 2 + down);
    for (let y = top; y < top + barHeight; y++) {
      for (let x = left; x < left + barWidth; x++) pixels.set(ink, (y * width + x) * channels);
    }
  }

  const thickness = Math.max(1, Math.round(Math.min(height, width) / 16));
  const length = 4 * thickness + (width % 2); // of the width's parity, to be centred
  const apart = Math.ceil(1.5 * thickness); // distance of the bars of = from the centre
  if (sign === '=') {
    bar(length, thickness, -apart);
    bar(length, thickness, apart);
  } else bar(length, thickness, 0);
  if (sign === '+') bar(thickness, length, 0);
  return { pixels, height, width, channels };
}
