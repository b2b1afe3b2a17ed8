// Nearest neighbours of vectors in another set.
import { eachSquaredDistances } from './distances.ts';
import type { Features } from './features.ts';
import type { Work } from './work.ts';

export interface Neighbour {
  index: number;
  /** Euclidean. */
  distance: number;
}

/** The nearest of `others` for each vector; `isExcluded` skips pairs, e.g. of an image with itself. */
export async function nearestNeighbours(
  vectors: Features,
  others: Features,
  work: Work,
  isExcluded: (from: number, other: number) => boolean = () => false,
): Promise<Neighbour[]> {
  const nearest = Array.from({ length: vectors.count }, () => ({ index: -1, distance: Number.POSITIVE_INFINITY }));
  await eachSquaredDistances(
    vectors,
    others,
    (from, first, distances) => {
      for (const [i, distance] of distances.entries()) {
        if (distance < nearest[from]!.distance && !isExcluded(from, first + i))
          nearest[from] = { index: first + i, distance };
      }
    },
    work,
  );
  return nearest.map(({ index }, from) => ({ index, distance: exactDistance(vectors, from, others, index) }));
}

/** Recomputed, since float32 dot products are too imprecise for nearly equal images. */
function exactDistance(vectors: Features, from: number, others: Features, index: number): number {
  const [a, b] = [vectors.read(from, 1), others.read(index, 1)];
  return Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0));
}
