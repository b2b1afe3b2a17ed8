// Sliced Wasserstein distance of two image sets, with mmagic's settings (its evaluation/metrics/swd.py; Karras et al. 2018,
// "Progressive growing of GANs", section 5): Laplacian pyramids, 128 patches of 7 x 7 per image and level, 512 directions.

import { countImages, type Images } from '../../pictures/images.ts';
import { RandomStream } from '../../random.ts';
import { openProducts, type Products } from '../../wasm/products.ts';
import {
  createMoments,
  eachPatches,
  maxPatches,
  normalise,
  type PatchSource,
  patchesPerImage,
  patchSide,
} from './patches.ts';
import type { Work } from './work.ts';

const directionCount = 512; // mmagic draws 4 times 128 and takes the mean of the means
const maxLevels = 4;
const smallestSide = 16;

// Projections are rounded to bins, offset by a different fraction of a bin for each direction, so that rounding averages out over the
// directions even if half of all patches are the same empty one.
const binsPerUnit = 256; // a unit is one standard deviation of the pixels
const bins = 64 * binsPerUnit; // from -32 to 32

/** The sides of the levels, largest first: 64, 32, 16 for images of 64 pixels. */
export function levelSides({ height, width }: { height: number; width: number }): number[] {
  const sides: number[] = [];
  for (let side = Math.min(height, width); side >= smallestSide && sides.length < maxLevels; side >>= 1)
    sides.push(side);
  return sides;
}

/**
 * Distance times 1000 per level, `side64` and so on, and their mean as `average`; 0 for equal sets, lower is better. Both sets are
 * gray or RGB, of the same number of images, whose sides can be halved down to the smallest level.
 */
export async function slicedWassersteinMmagic(
  real: Images,
  fake: Images,
  seed: number,
  { onProgress }: Work,
): Promise<Record<string, number>> {
  const sides = levelSides(real);
  const levels = sides.length;
  const projections = sides.map((_, level) =>
    openProjection(real.channels, new RandomStream(seed, `swd/directions/${level}`)),
  );
  const differences = sides.map(() => new Int32Array(directionCount * bins)); // real counts minus fake counts
  let done = 0;
  const onImages = (count: number) => {
    done += count;
    return onProgress(done, 4 * countImages(real)); // two passes over both sets
  };

  for (const [images, name, sign] of [
    [real, 'real', 1],
    [fake, 'fake', -1],
  ] as const) {
    const source: PatchSource = { images, levels, seed, streamName: `swd/${name}` };
    const sums = sides.map(() => createMoments(images.channels));
    await eachPatches(source, (level, block) => sums[level]!.add(block), onImages);
    const moments = sums.map((sum) => sum.finish());
    await eachPatches(
      source,
      (level, block) => {
        const { a, result, run } = projections[level]!;
        normalise(block, moments[level]!);
        a.set(block.values);
        run();
        countInto(differences[level]!, result, block.count, sign);
      },
      onImages,
    );
  }
  const samples = countImages(real) * patchesPerImage;
  const distances = differences.map((difference) => (1000 * areaBetween(difference)) / (samples * directionCount));
  const average = distances.reduce((sum, distance) => sum + distance, 0) / levels;
  return { ...Object.fromEntries(sides.map((side, level) => [`side${side}`, distances[level]!])), average };
}

/**
 * Patches [channels * 49, 2048] to projections [512, 2048], on unit vectors over three channels. A gray image counts as three equal
 * channels: its vectors are the sums of three parts.
 */
function openProjection(channels: number, stream: RandomStream): Products {
  const size = patchSide * patchSide;
  const projection = openProducts({ k: channels * size, n: maxPatches, m: directionCount });
  for (let direction = 0; direction < directionCount; direction++) {
    const vector = stream.normals(3 * size);
    const length = Math.sqrt(vector.reduce((sum, value) => sum + value ** 2, 0));
    const start = direction * channels * size;
    for (const [i, value] of vector.entries()) projection.b[start + (i % (channels * size))]! += value / length;
  }
  return projection;
}

/** Adds the first `count` projections of each direction, [512, 2048], to its histogram. */
function countInto(difference: Int32Array, projected: Float32Array, count: number, sign: 1 | -1): void {
  for (let direction = 0; direction < directionCount; direction++) {
    const start = direction * maxPatches;
    const offset = bins / 2 + direction / directionCount;
    for (let i = start; i < start + count; i++) {
      const bin = (projected[i]! * binsPerUnit + offset) | 0;
      difference[direction * bins + Math.min(bins - 1, Math.max(0, bin))]! += sign;
    }
  }
}

/** The area between the cumulative distributions, which is their Wasserstein-1 distance, summed over directions and samples. */
function areaBetween(difference: Int32Array): number {
  let area = 0;
  for (let direction = 0; direction < directionCount; direction++) {
    let cumulated = 0;
    for (let bin = direction * bins; bin < (direction + 1) * bins; bin++) {
      cumulated += difference[bin]!;
      area += Math.abs(cumulated);
    }
  }
  return area / binsPerUnit;
}
