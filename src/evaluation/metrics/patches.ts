// Descriptors for sliced Wasserstein distances: random patches of pyramid planes, normalised over the whole set.

import { countImages, type Images } from '../../pictures/images.ts';
import { RandomStream } from '../../random.ts';
import { planeOf } from './images.ts';
import { laplacianPyramid, type Plane } from './laplacian-pyramid.ts';

export const patchSide = 7;
export const patchesPerImage = 128;
const patchSize = patchSide * patchSide;
const imagesAtOnce = 16;
/** Capacity of a block. */
export const maxPatches = imagesAtOnce * patchesPerImage;

/** Patches of a few images at one level, one per column. */
export interface PatchBlock {
  values: Float32Array; // [channels, 49, 2048], in [-1, 1] before normalisation
  /** Number of filled columns. */
  count: number;
}

/** Mean and standard deviation of each channel over all patches. */
export interface Moments {
  means: number[];
  deviations: number[];
}

/** The same source always gives the same patches. */
export interface PatchSource {
  images: Images;
  levels: number;
  seed: number;
  streamName: string;
}

/** Calls `take` with the patches of all images at every level, in blocks; each block is overwritten by the next. */
export async function eachPatches(
  { images, levels, seed, streamName }: PatchSource,
  take: (level: number, block: PatchBlock) => void,
  onImages: (count: number) => void | Promise<void>,
): Promise<void> {
  const streams = Array.from({ length: levels }, (_, level) => new RandomStream(seed, `${streamName}/${level}`));
  const blocks = streams.map(() => ({ values: new Float32Array(images.channels * patchSize * maxPatches), count: 0 }));
  for (let image = 0; image < countImages(images); image++) {
    const pyramids = pyramidsOf(images, image, levels);
    for (const [level, block] of blocks.entries()) {
      const planes = pyramids.map((pyramid) => pyramid[level]!);
      cutPatches(planes, streams[level]!, block);
      if (block.count < maxPatches && image < countImages(images) - 1) continue;
      take(level, block);
      block.count = 0;
    }
    await onImages(1);
  }
}

/** One pyramid per channel, with values in [-1, 1]. */
function pyramidsOf(images: Images, index: number, levels: number): Plane[][] {
  const { height, width, channels } = images;
  return Array.from({ length: channels }, (_, channel) => {
    const values = planeOf(images, index, channel).map((value) => (value - 127.5) / 127.5);
    return laplacianPyramid({ values, height, width }, levels);
  });
}

/** Adds 128 patches of an image, at the same places in all channels. */
function cutPatches(planes: readonly Plane[], stream: RandomStream, block: PatchBlock): void {
  const { height, width } = planes[0]!;
  for (let patch = 0; patch < patchesPerImage; patch++) {
    const left = Math.floor(stream.uniform() * (width - patchSide + 1));
    const top = Math.floor(stream.uniform() * (height - patchSide + 1));
    let target = block.count++;
    for (const { values } of planes) {
      for (let y = top; y < top + patchSide; y++) {
        for (let x = left; x < left + patchSide; x++) {
          block.values[target] = values[y * width + x]!;
          target += maxPatches;
        }
      }
    }
  }
}

/** Accumulates the mean and deviation of all patches. */
export function createMoments(channels: number): { add(block: PatchBlock): void; finish(): Moments } {
  const sums = Array<number>(channels).fill(0);
  const squares = Array<number>(channels).fill(0);
  let values = 0; // per channel
  return {
    add(block) {
      forEachRow(block, channels, (row, channel) => {
        for (const value of row) {
          sums[channel]! += value;
          squares[channel]! += value ** 2;
        }
      });
      values += patchSize * block.count;
    },
    finish() {
      const means = sums.map((sum) => sum / values);
      const deviationOf = (square: number, i: number) =>
        Math.sqrt(Math.max(0, square - values * means[i]! ** 2) / (values - 1));
      return { means, deviations: squares.map(deviationOf) };
    },
  };
}

/** (patch - mean) / deviation, in place; 0 if all values are equal. */
export function normalise(block: PatchBlock, { means, deviations }: Moments): void {
  forEachRow(block, means.length, (row, channel) => {
    const factor = deviations[channel]! > 1e-6 ? 1 / deviations[channel]! : 0;
    for (let i = 0; i < row.length; i++) row[i] = (row[i]! - means[channel]!) * factor;
  });
}

function forEachRow(block: PatchBlock, channels: number, action: (row: Float32Array, channel: number) => void): void {
  for (let row = 0; row < channels * patchSize; row++) {
    const start = row * maxPatches;
    action(block.values.subarray(start, start + block.count), Math.floor(row / patchSize));
  }
}
