// Multi-scale structural similarity (Wang et al. 2003) with mmagic's settings (its evaluation/metrics/ms_ssim.py, which follows
// Karras et al. 2018): five scales, a Gaussian window of 11 that shrinks with small images, no padding.
import { countImages, type Images } from '../../pictures/images.ts';
import { planeOf } from './images.ts';
import type { Plane } from './laplacian-pyramid.ts';
import type { Work } from './work.ts';

const weights = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];
const [windowSize, windowSigma] = [11, 1.5];
const [c1, c2] = [(0.01 * 255) ** 2, (0.03 * 255) ** 2];

/** Sides must be divisible by this. */
export const msSsimSideStep = 2 ** (weights.length - 1);

/**
 * Mean similarity of images 0 and 1, 2 and 3 and so on: 1 if all images are equal, near 0 if they have nothing in common. Compare
 * generated images with the data: a higher value is less diverse.
 */
export async function msSsimMmagic(images: Images, { onProgress }: Work): Promise<number> {
  const pairs = Math.floor(countImages(images) / 2);
  let sum = 0;
  for (let pair = 0; pair < pairs; pair++) {
    sum += msSsim(images, 2 * pair, 2 * pair + 1);
    await onProgress(pair + 1, pairs);
  }
  return sum / pairs;
}

/** Similarity of two images of a set; channels are averaged at each scale. */
function msSsim(images: Images, first: number, second: number): number {
  const { height, width, channels } = images;
  const planes = (index: number) =>
    Array.from({ length: channels }, (_, channel) => ({ values: planeOf(images, index, channel), height, width }));
  let [a, b] = [planes(first), planes(second)];
  let product = 1;
  for (const [scale, weight] of weights.entries()) {
    const scores = a.map((plane, channel) => ssim(plane, b[channel]!));
    const isLast = scale === weights.length - 1;
    const mean = scores.reduce((sum, { similarity, contrast }) => sum + (isLast ? similarity : contrast), 0) / channels;
    product *= Math.max(0, mean) ** weight;
    if (!isLast) [a, b] = [a.map(halve), b.map(halve)];
  }
  return product;
}

/** Structural similarity and its contrast-structure term, each averaged over window positions. */
function ssim(a: Plane, b: Plane): { similarity: number; contrast: number } {
  const { height, width } = a;
  const window = gaussian(Math.min(windowSize, height, width));
  const blurred = (values: Float32Array) => blur({ values, height, width }, window);
  const [meanA, meanB] = [blurred(a.values), blurred(b.values)];
  const squareA = blurred(a.values.map((value) => value ** 2));
  const squareB = blurred(b.values.map((value) => value ** 2));
  const productAB = blurred(a.values.map((value, i) => value * b.values[i]!));
  let [similarity, contrast] = [0, 0];
  for (let i = 0; i < meanA.length; i++) {
    const [muA, muB] = [meanA[i]!, meanB[i]!];
    const variances = squareA[i]! - muA ** 2 + squareB[i]! - muB ** 2;
    const structure = (2 * (productAB[i]! - muA * muB) + c2) / (variances + c2);
    contrast += structure;
    similarity += (structure * (2 * muA * muB + c1)) / (muA ** 2 + muB ** 2 + c1);
  }
  return { similarity: similarity / meanA.length, contrast: contrast / meanA.length };
}

/** A normalised window of `size` taps, whose sigma is scaled with its size. */
function gaussian(size: number): Float64Array {
  const sigma = (windowSigma * size) / windowSize;
  const taps = Float64Array.from({ length: size }, (_, i) => Math.exp(-((i - (size - 1) / 2) ** 2) / (2 * sigma ** 2)));
  const sum = taps.reduce((total, tap) => total + tap, 0);
  return taps.map((tap) => tap / sum);
}

/** Convolution without padding. Sums are float64, since variances are small differences of them. */
function blur({ values, height, width }: Plane, window: Float64Array): Float64Array {
  const [outHeight, outWidth] = [height - window.length + 1, width - window.length + 1];
  const rows = new Float64Array(height * outWidth);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < outWidth; x++) {
      let sum = 0;
      for (let tap = 0; tap < window.length; tap++) sum += window[tap]! * values[y * width + x + tap]!;
      rows[y * outWidth + x] = sum;
    }
  }
  const blurred = new Float64Array(outHeight * outWidth);
  for (let i = 0; i < blurred.length; i++) {
    let sum = 0;
    for (let tap = 0; tap < window.length; tap++) sum += window[tap]! * rows[i + tap * outWidth]!;
    blurred[i] = sum;
  }
  return blurred;
}

/** Means of 2 x 2 pixels. */
function halve({ values, height, width }: Plane): Plane {
  const halved = new Float32Array(values.length / 4);
  for (let y = 0; y < height / 2; y++) {
    for (let x = 0; x < width / 2; x++) {
      const corner = 2 * y * width + 2 * x;
      halved[(y * width) / 2 + x] =
        (values[corner]! + values[corner + 1]! + values[corner + width]! + values[corner + width + 1]!) / 4;
    }
  }
  return { values: halved, height: height / 2, width: width / 2 };
}
