// Images as generators make them.

/** Maps values in [low, high] to 0..255, rounded; what is outside is clamped, what is not finite becomes 0. */
export function toPixels(values: Float32Array, [low, high]: readonly [number, number]): Uint8Array {
  const factor = 255 / (high - low);
  const pixels = new Uint8Array(values.length);
  for (const [i, value] of values.entries()) {
    pixels[i] = Number.isFinite(value) ? Math.min(255, Math.max(0, Math.round((value - low) * factor))) : 0;
  }
  return pixels;
}
