// Integer weights of a three-lobe Lanczos kernel: the share of each input row in each row of a smaller picture.

/** `size` pixels are resized to `sizedTo`, of which `count` are computed, starting at pixel `from`. */
export interface Resized {
  size: number;
  sizedTo: number;
  from: number;
  count: number;
}

export interface Weights {
  rows: number;
  /** Number of pairs of input rows per output row. */
  pairs: number;
  /** Per output row: its first input row, then pairs of weights, the first in the lower half of a word. */
  table: Int32Array;
}

/** Weights are fractions of 2^14 and add up to it, so that a uniform colour is unchanged. */
export const weightBits = 14;
const lobes = 3;
const maxKept = 500;
const kept = new Map<string, Weights>();

/** Cached, because most pictures of a folder have the same size. */
export function lanczosWeights(resized: Resized): Weights {
  const key = Object.values(resized).join(' ');
  const known = kept.get(key);
  if (known) return known;
  if (kept.size >= maxKept) kept.clear();
  const weights = toTable(Array.from({ length: resized.count }, (_, row) => rowWeights(resized, resized.from + row)));
  kept.set(key, weights);
  return weights;
}

interface RowWeights {
  first: number;
  weights: number[];
}

/** sinc(x) sinc(x / 3) around the row's centre, widened by the scale factor, and cut off at the edges as in Pillow. */
function rowWeights({ size, sizedTo }: Resized, row: number): RowWeights {
  const shrink = size / sizedTo;
  const centre = (row + 0.5) * shrink - 0.5;
  const first = Math.max(0, Math.ceil(centre - lobes * shrink));
  const last = Math.min(size - 1, Math.floor(centre + lobes * shrink));
  const weights = Array.from({ length: last - first + 1 }, (_, i) => lanczos((first + i - centre) / shrink));
  return { first, weights: toFractions(weights) };
}

function lanczos(x: number): number {
  if (x === 0) return 1;
  const angle = Math.PI * x;
  return (lobes * Math.sin(angle) * Math.sin(angle / lobes)) / angle ** 2;
}

/** The largest weight absorbs the rounding error. */
function toFractions(weights: readonly number[]): number[] {
  const total = weights.reduce((sum, value) => sum + value, 0);
  const fractions = weights.map((value) => Math.round((value / total) * 2 ** weightBits));
  const largest = fractions.indexOf(Math.max(...fractions));
  fractions[largest]! += 2 ** weightBits - fractions.reduce((sum, value) => sum + value, 0);
  return fractions;
}

function toTable(rows: readonly RowWeights[]): Weights {
  const pairs = Math.ceil(Math.max(...rows.map(({ weights }) => weights.length)) / 2);
  const table = new Int32Array(rows.length * (1 + pairs));
  rows.forEach(({ first, weights }, row) => {
    const start = row * (1 + pairs);
    table[start] = first;
    for (let pair = 0; 2 * pair < weights.length; pair++)
      table[start + 1 + pair] = (weights[2 * pair]! & 0xffff) | ((weights[2 * pair + 1] ?? 0) << 16);
  });
  return { rows: rows.length, pairs, table };
}
