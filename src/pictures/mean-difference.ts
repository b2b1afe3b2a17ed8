// The mean absolute difference of two images.

/**
 * The mean of |a - b| over pixels and channels, in 0..255. Colours are weighted by alpha, which counts as a channel too.
 * a, b: [height, width, channels]
 */
export function meanDifference(a: Uint8Array, b: Uint8Array, channels: 1 | 3 | 4): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(visible(a, i, channels) - visible(b, i, channels));
  return sum / a.length;
}

function visible(pixels: Uint8Array, i: number, channels: number): number {
  if (channels < 4 || i % 4 === 3) return pixels[i]!;
  return (pixels[i]! * pixels[i - (i % 4) + 3]!) / 255;
}
