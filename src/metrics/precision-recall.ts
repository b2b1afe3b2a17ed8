// Improved precision and recall (Kynkäänniemi et al. 2019): the share of generated images that lie among the real ones, and the share
// of real images that lie among the generated ones.
import { eachSquaredDistances } from './distances.ts';
import type { Features } from './features.ts';
import { part, type Work } from './work.ts';

/** The published k. */
const neighbours = 3;

/** An image lies among a set where it is no further from one of its members than that member's third-nearest neighbour is. */
export async function precisionRecallK3(
  real: Features,
  fake: Features,
  work: Work,
): Promise<{ precision: number; recall: number }> {
  return {
    precision: await shareAmong(fake, real, part(work, 0, 2)),
    recall: await shareAmong(real, fake, part(work, 1, 2)),
  };
}

async function shareAmong(vectors: Features, set: Features, work: Work): Promise<number> {
  const squaredRadii = await neighbourDistances(set, part(work, 0, 2));
  const isAmong = new Uint8Array(vectors.count);
  await eachSquaredDistances(
    vectors,
    set,
    (from, first, distances) => {
      if (distances.some((distance, i) => distance <= squaredRadii[first + i]!)) isAmong[from] = 1;
    },
    part(work, 1, 2),
  );
  return isAmong.reduce((sum, among) => sum + among, 0) / vectors.count;
}

/** The squared distance of every vector to its third-nearest neighbour, itself not counted. */
async function neighbourDistances(set: Features, work: Work): Promise<Float32Array> {
  const nearest = new Float32Array(set.count * neighbours).fill(Number.POSITIVE_INFINITY); // ascending
  await eachSquaredDistances(
    set,
    set,
    (from, first, distances) => {
      const own = nearest.subarray(from * neighbours, (from + 1) * neighbours);
      for (const [i, distance] of distances.entries()) {
        if (first + i !== from && distance < own[neighbours - 1]!) {
          own[neighbours - 1] = distance;
          own.sort();
        }
      }
    },
    work,
  );
  return nearest.filter((_, i) => i % neighbours === neighbours - 1);
}
