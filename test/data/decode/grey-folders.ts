// Folders of grey 2 x 2 images opened as a dataset, with their own cache.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type Dataset, type DatasetSpec, openImages } from '../../../src/data/dataset/open.ts';
import type { DcganError } from '../../../src/errors.ts';
import { greyPng, temporaryFolder, writeFiles } from '../temporary.ts';

export const root = temporaryFolder();
export const cache = process.env['DCGAN_CACHE']!;

/** Opens a folder of grey 2 x 2 images; `decoded` is the number of images decoded for it. */
export async function open(
  directory: string,
  changes: Partial<DatasetSpec> = {},
): Promise<{ dataset: Dataset; decoded: number }> {
  const spec: DatasetSpec = {
    directory,
    height: 2,
    width: 2,
    channels: 1,
    background: 'white',
    fit: 'cover',
    ...changes,
  };
  let decoded = 0;
  const dataset = await openImages(spec, ({ phase }) => {
    if (phase === 'decode') decoded++;
  });
  return { dataset, decoded };
}

/** The first value of every image, in the dataset's order. */
export function values({ count, height, width, channels, ...dataset }: Dataset): number[] {
  const images = dataset.read(Array.from({ length: count }, (_, i) => i));
  return Array.from({ length: count }, (_, i) => images[i * height * width * channels]!);
}

export async function folderOf(name: string, greys: Record<string, number>): Promise<string> {
  const files: Record<string, Uint8Array> = {};
  for (const [path, grey] of Object.entries(greys)) files[path] = await greyPng(grey);
  return writeFiles(join(root, name), files);
}

export async function manyGreys(name: string, count: number): Promise<string> {
  const paths = Array.from({ length: count }, (_, i) => [`${String(i).padStart(3, '0')}.png`, i]);
  return folderOf(name, Object.fromEntries(paths));
}

export async function refusal(directory: string): Promise<DcganError> {
  let refused: DcganError | undefined;
  await assert.rejects(open(directory), (error: DcganError) => {
    refused = error;
    return error.name === 'DcganError';
  });
  return refused!;
}
