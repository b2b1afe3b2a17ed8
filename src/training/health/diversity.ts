// How different the images of a batch are from each other.

/** Root mean square differences between images, in the units of their values. */
export interface Spread {
  /** Over all pairs: small where all images are one. */
  mean: number;
  /** From each image to the one most like it, averaged: small where there are only a few different ones. */
  nearest: number;
}

/** `images`: [count, ...] values in a row. Fewer than two images have no spread. */
export function spreadOf(images: Float32Array, count: number): Spread {
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
 * Spread of generated images as a share of that of as many real ones: the smaller of both shares, about 1 for a generator that
 * has learned its data, 0 where all images are alike. Real images without any spread leave nothing to learn: 0.
 */
export function diversityOf(generated: Spread, real: Spread): number {
  if (real.mean === 0) return 0;
  const ofMean = generated.mean / real.mean;
  return real.nearest === 0 ? ofMean : Math.min(ofMean, generated.nearest / real.nearest);
}

function distanceBetween(images: Float32Array, i: number, j: number, size: number): number {
  let sum = 0;
  for (let at = 0; at < size; at++) sum += (images[i * size + at]! - images[j * size + at]!) ** 2;
  return Math.sqrt(sum / size);
}
