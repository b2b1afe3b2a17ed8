// Resizing in floating point as Pillow does (its Resample.c; clean-fid uses it): triangle or cubic filter, widened for shrinking, so
// that every pixel counts. Enlarging with the triangle filter equals PyTorch's interpolate(mode='bilinear').
import { countImages, type Images } from '../../pictures/images.ts';

/** Each filter's radius in pixels, and its weight by distance. */
const filters = {
  bilinear: { reach: 1, weight: (x: number) => Math.max(0, 1 - x) },
  bicubic: {
    reach: 2, // Keys 1981, a = -0.5
    weight: (x: number) => (x < 1 ? (1.5 * x - 2.5) * x * x + 1 : x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0),
  },
} as const;

export type Resizer = keyof typeof filters;

/** uint8 [n, h, w, c] -> float32 [n, height, width, c] in 0..255, not rounded; the cubic filter may overshoot. */
export function resample(images: Images, height: number, width: number, resizer: Resizer): Float32Array {
  if (images.height === height && images.width === width) return Float32Array.from(images.pixels);
  const count = countImages(images);
  const lines = { before: count * images.height, side: images.width, after: images.channels };
  const wide = resampleAxis(images.pixels, lines, width, resizer);
  return resampleAxis(wide, { before: count, side: images.height, after: width * images.channels }, height, resizer);
}

/** [before, side, after] -> [before, target, after] */
function resampleAxis(
  values: ArrayLike<number>,
  { before, side, after }: { before: number; side: number; after: number },
  target: number,
  resizer: Resizer,
): Float32Array {
  const taps = tapsOf(side, target, resizer);
  const result = new Float32Array(before * target * after);
  let place = 0;
  for (let outer = 0; outer < before; outer++) {
    for (const { first, weights } of taps) {
      const start = (outer * side + first) * after;
      for (let inner = 0; inner < after; inner++) {
        let sum = 0;
        for (let tap = 0; tap < weights.length; tap++) sum += weights[tap]! * values[start + tap * after + inner]!;
        result[place++] = sum;
      }
    }
  }
  return result;
}

interface Taps {
  first: number;
  weights: Float64Array;
}

function tapsOf(side: number, target: number, resizer: Resizer): Taps[] {
  const { reach, weight } = filters[resizer];
  const scale = side / target;
  const widened = Math.max(1, scale);
  return Array.from({ length: target }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - reach * widened + 0.5));
    const end = Math.min(side, Math.floor(centre + reach * widened + 0.5));
    const weights = Float64Array.from({ length: end - first }, (_, tap) =>
      weight(Math.abs(first + tap - centre + 0.5) / widened),
    );
    const total = weights.reduce((sum, value) => sum + value, 0);
    return { first, weights: weights.map((value) => value / total) };
  });
}
