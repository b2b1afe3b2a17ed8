// Converts images to the pixels of a canvas, for comparison with what pages draw.

/** Images of 1, 3 or 4 channels as RGBA. */
export function asRgba(pixels: Uint8Array, channels: number): Uint8Array {
  const rgba = new Uint8Array((pixels.length / channels) * 4).fill(255);
  for (let i = 0; i < rgba.length / 4; i++) {
    for (let c = 0; c < 3; c++) rgba[4 * i + c] = pixels[i * channels + (channels === 1 ? 0 : c)]!;
    if (channels === 4) rgba[4 * i + 3] = pixels[i * 4 + 3]!;
  }
  return rgba;
}

/** Premultiplied alpha, as canvases store it. */
export function multiplied(rgba: ArrayLike<number>): number[] {
  return Array.from(rgba, (value, i) => (i % 4 === 3 ? value : (value * rgba[i - (i % 4) + 3]!) / 255));
}
