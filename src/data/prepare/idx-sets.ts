// Image sets of idx files, the format of MNIST and its relatives: reads, checks and writes them as PNG files.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DcganError } from '../../errors.ts';
import { type IdxImages, readIdxImages, readIdxLabels } from '../../formats/idx.ts';
import { loadSharp } from '../decode/load-sharp.ts';
import { inParallel } from '../decode/parallel.ts';
import type { PrepareProgress } from './npm-package.ts';

/** Images, with one label each if there are any, for a folder called `name`. */
export interface IdxSet {
  name: string;
  images: IdxImages;
  labels?: Uint8Array;
}

/** A file's content with its name for messages. */
export interface IdxFile {
  name: string;
  bytes: Buffer;
}

/** @throws DcganError `data.idx` if a file is incomplete */
export function readIdxSet(name: string, images: IdxFile, labels?: IdxFile): IdxSet {
  const set = { name, images: readIdxImages(images.bytes, images.name) };
  return labels ? { ...set, labels: readIdxLabels(labels.bytes, labels.name) } : set;
}

/** @throws DcganError `data.idx` if the numbers of labels and images differ */
export function checkLabelCount({ name, images: { count }, labels }: IdxSet): void {
  if (!labels || labels.length === count) return;
  throw new DcganError('data.idx', {
    happened: `The ${name} set has ${count} images and ${labels.length} labels.`,
    expected: 'Expected one label per image.',
  });
}

/** @throws DcganError `data.mnist` unless a set has `expected` images of 28x28 with labels from 0 to 9 */
export function checkLikeMnist({ name, images, labels }: IdxSet, expected: number): void {
  const { count, height, width } = images;
  const wrongLabel = labels?.find((label) => label > 9);
  const isWhole = count === expected && labels?.length === count;
  if (isWhole && height === 28 && width === 28 && wrongLabel === undefined) return;
  const found = labels ? `${labels.length} labels` : 'no labels';
  throw new DcganError('data.mnist', {
    happened: `The ${name} set has ${count} images of ${height}x${width} and ${found}${wrongLabel === undefined ? '' : `, one of them ${wrongLabel}`}.`,
    expected: `${expected} images of 28x28 with labels from 0 to 9 were expected.`,
  });
}

/** Whether `writeIdxSets` may have written a file of this path. */
export function isIdxImage(path: string): boolean {
  return /^[^/]+\/(\d+\/)?\d{5,}\.png$/.test(path);
}

/** Writes grey PNG files `<set>/<label>/<index>.png`, or `<set>/<index>.png` without labels. Gives the number of images. */
export async function writeIdxSets(
  folder: string,
  sets: readonly IdxSet[],
  onProgress: (event: PrepareProgress) => void,
): Promise<number> {
  const images = sets.flatMap(imagesOf);
  for (const { name, labels } of sets) {
    for (const label of new Set<string | number>(labels ?? ['']))
      mkdirSync(join(folder, name, String(label)), { recursive: true });
  }
  const sharp = await loadSharp();
  let done = 0;
  const written = inParallel(images, ({ path, pixels, width, height }) =>
    sharp(pixels, { raw: { width, height, channels: 1 } })
      .toColourspace('b-w')
      .png({ compressionLevel: 9 })
      .toFile(join(folder, path)),
  );
  for await (const _ of written) onProgress({ phase: 'write', done: ++done, total: images.length });
  return images.length;
}

function imagesOf({ name, images: { count, height, width, pixels }, labels }: IdxSet) {
  const size = height * width;
  const digits = Math.max(5, String(count - 1).length);
  return Array.from({ length: count }, (_, index) => ({
    path: [name, ...(labels ? [labels[index]] : []), `${String(index).padStart(digits, '0')}.png`].join('/'),
    pixels: pixels.subarray(index * size, (index + 1) * size),
    width,
    height,
  }));
}
