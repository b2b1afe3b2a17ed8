// Improved precision and recall (Kynkäänniemi et al. 2019): the share of generated images on the manifold of real ones, and the share
// of real images on that of generated ones.
import { eachSquaredDistances } from './distances.ts';
import type { Features } from './features.ts';
import { part, type Work } from './work.ts';

/** The published k. */
const neighbours = 3;

/** A manifold is the union of balls around a set's images, each reaching to the image's third-nearest neighbour in the set. */
export async function precisionRecallK3(
  real: Features,
  fake: Features,
  work: Work,
): Promise<{ precision: number; recall: number }> {
  const realRadii = await squaredRadii(real, part(work, 0, 3));
  const fakeRadii = await squaredRadii(fake, part(work, 1, 3));
  const amongReal = new Uint8Array(fake.count);
  const amongFake = new Uint8Array(real.count);
  await eachSquaredDistances(
    fake,
    real,
    (from, first, distances) => {
      for (const [i, distance] of distances.entries()) {
        if (distance <= realRadii[first + i]!) amongReal[from] = 1;
        if (distance <= fakeRadii[from]!) amongFake[first + i] = 1;
      }
    },
    part(work, 2, 3),
  );
  return { precision: shareOf(amongReal), recall: shareOf(amongFake) };
}

function shareOf(flags: Uint8Array): number {
  return flags.reduce((sum, flag) => sum + flag, 0) / flags.length;
}

/** Squared distance of each vector to its third-nearest neighbour, not counting itself. */
async function squaredRadii(set: Features, work: Work): Promise<Float32Array> {
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
