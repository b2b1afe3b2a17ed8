// Mean pairwise distance: the diversity metric.
import { eachSquaredDistances } from './distances.ts';
import type { Features } from './features.ts';
import type { Work } from './work.ts';

/** Mean Euclidean distance over all pairs of images. */
export async function meanPairwiseDistance(features: Features, work: Work): Promise<number> {
  let sum = 0;
  await eachSquaredDistances(
    features,
    features,
    (from, first, distances) => {
      for (const [i, distance] of distances.entries()) if (first + i > from) sum += Math.sqrt(distance);
    },
    work,
  );
  return sum / ((features.count * (features.count - 1)) / 2);
}
