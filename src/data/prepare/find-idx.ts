// Finds idx files by path or in a folder, decompresses gzip files, and pairs images with labels by their names.
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DcganError, messageOf } from '../../errors.ts';
import { isIdxImages } from '../../formats/idx.ts';
import { checkLabelCount, type IdxFile, type IdxSet, readIdxSet } from './idx-sets.ts';

const maxUnpackedBytes = 2 ** 30;

/** Image sets, and their files as `<name>, sha256 <hash>`. */
export interface FoundSets {
  sets: IdxSet[];
  sources: string[];
}

/** @param from files, or folders with files named `...idx3-ubyte` or `...idx1-ubyte`, optionally with `.gz` */
export async function findIdxSets(from: readonly string[]): Promise<FoundSets> {
  const paths = (await Promise.all(from.map(filesAt))).flat();
  const unpackedFirst = paths.sort((a, b) => Number(isPacked(a)) - Number(isPacked(b)) || (a < b ? -1 : 1));
  const once = new Map(unpackedFirst.toReversed().map((path) => [basename(path).replace(/\.gz$/i, ''), path]));
  const files = await Promise.all([...once.values()].sort().map(readPacked));
  const images = files.filter(({ bytes }) => isIdxImages(bytes));
  const labels = new Map(files.filter((file) => !images.includes(file)).map((file) => [setName(file.name), file]));
  if (images.length === 0) throw noImages(from, files);
  const sets = images.map((file) => readIdxSet(setName(file.name), file, labels.get(setName(file.name))));
  sets.forEach(checkLabelCount);
  const unpaired = [...labels.keys()].find((name) => !sets.some((set) => set.name === name));
  if (unpaired !== undefined) throw unpairedLabels(labels.get(unpaired)!.name, images);
  return { sets, sources: files.map(({ name, bytes }) => `${name}, sha256 ${sha256(bytes)}`) };
}

/** `t10k` of `t10k-images-idx3-ubyte` and of `t10k-labels.idx1-ubyte`. */
function setName(file: string): string {
  const name = file.replace(/\.gz$/i, '').replace(/[-_.]?(images|labels)?[-_.]?idx\d[-_.]ubyte$/i, '');
  return name === '' ? 'images' : name;
}

async function filesAt(path: string): Promise<string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const names = await readdir(path);
    return names.filter((name) => /idx[13][-_.]ubyte(\.gz)?$/i.test(name)).map((name) => join(path, name));
  } catch (error) {
    throw unreadable(path, error);
  }
}

async function readPacked(path: string): Promise<IdxFile> {
  try {
    if ((await stat(path)).size > maxUnpackedBytes) throw new Error('it has more than 1 GiB');
    const bytes = await readFile(path);
    const unpacked =
      bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes, { maxOutputLength: maxUnpackedBytes }) : bytes;
    return { name: basename(path), bytes: unpacked };
  } catch (error) {
    throw unreadable(path, error);
  }
}

function isPacked(path: string): boolean {
  return /\.gz$/i.test(path);
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function unreadable(path: string, error: unknown): DcganError {
  return new DcganError(
    'data.idx-files',
    {
      happened: `${path} cannot be read: ${messageOf(error)}.`,
      expected: 'Expected idx files, unpacked or packed by gzip, or a folder of them.',
      fix: 'Check the path after --from.',
    },
    { cause: error },
  );
}

function noImages(from: readonly string[], files: readonly IdxFile[]): DcganError {
  const found = files.length === 0 ? '' : ` among ${files.map(({ name }) => name).join(', ')}`;
  return new DcganError('data.idx-files', {
    happened: `There is no idx file of images in ${from.join(', ')}${found}.`,
    expected:
      'Expected files such as train-images-idx3-ubyte.gz, which hold one byte per pixel (magic number 0x00000803).',
    fix: 'Check the path after --from.',
  });
}

function unpairedLabels(labels: string, images: readonly IdxFile[]): DcganError {
  return new DcganError('data.idx-files', {
    happened: `${labels} has no images beside it; the files of images are ${images.map(({ name }) => name).join(', ')}.`,
    expected: 'Labels belong to the images of the same name: train-labels-idx1-ubyte to train-images-idx3-ubyte.',
    fix: 'Rename the file, or name only the files that you want after --from.',
  });
}
