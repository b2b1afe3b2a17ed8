// The diversity of generated images relative to real ones: detects mode collapse.

/** Root mean square differences between images, in the units of their values. */
export interface ImageSpread {
  /** Mean over all pairs; small if all images are alike. */
  mean: number;
  /** Mean over images of the difference to the most similar one; small if there are only a few distinct images. */
  nearest: number;
}

/** images: float32 [count, ...]. Zero for fewer than two images. */
export function imageSpread(images: Float32Array, count: number): ImageSpread {
  if (count < 2) return { mean: 0, nearest: 0 };
  const nearest = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  let total = 0;
  for (let i = 1; i < count; i++) {
    for (let j = 0; j < i; j++) {
      const distance = distanceBetween(images, i, j, images.length / count);
      total += distance;
      nearest[i] = Math.min(nearest[i]!, distance);
      nearest[j] = Math.min(nearest[j]!, distance);
    }
  }
  return { mean: total / ((count * (count - 1)) / 2), nearest: nearest.reduce((sum, value) => sum + value, 0) / count };
}

/**
 * Spread of generated images over that of as many real ones, the smaller of both ratios: about 1 for a generator that has
 * learned its data, 0 if all images are alike, and 0 also if the real images are.
 */
export function relativeDiversity(generated: ImageSpread, real: ImageSpread): number {
  if (real.mean === 0) return 0;
  const ofMean = generated.mean / real.mean;
  return real.nearest === 0 ? ofMean : Math.min(ofMean, generated.nearest / real.nearest);
}

function distanceBetween(images: Float32Array, i: number, j: number, size: number): number {
  let sum = 0;
  for (let at = 0; at < size; at++) sum += (images[i * size + at]! - images[j * size + at]!) ** 2;
  return Math.sqrt(sum / size);
}
