// The number, size and generation of an evaluation's images.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Dataset } from '../data/dataset/open.ts';
import { DcganError } from '../errors.ts';
import { drawLatents } from '../models/latents.ts';
import type { Images } from '../pictures/images.ts';
import { RandomStream } from '../random.ts';
import type { ImageMaker } from '../sampling/image-maker.ts';
import type { TrainedGenerator } from '../sampling/trained-generator.ts';
import { isProtocolSize, protocolSize, type Size } from './metrics/protocol-size.ts';

/** Generates images of the config's size and channels from the seed's own stream of latents. */
export async function generateImages(
  maker: ImageMaker,
  { config }: Pick<TrainedGenerator, 'config'>,
  { count, seed }: { count: number; seed: number },
  onProgress: (done: number, total: number) => void,
): Promise<Images> {
  const { latent } = config.generator;
  const { height, width, channels } = config.data;
  const stream = new RandomStream(seed, 'evaluation/latents');
  const imageSize = height * width * channels;
  const pixels = new Uint8Array(count * imageSize);
  for (let first = 0; first < count; first += maker.imagesPerCall) {
    const wanted = Math.min(maker.imagesPerCall, count - first);
    pixels.set(await maker.make(drawLatents(latent, wanted, stream)), first * imageSize);
    await nextTurn(); // lets signal handlers run
    onProgress(first + wanted, count);
  }
  return { pixels, height, width, channels };
}

const minImages = 16;
const maxBytes = 2 ** 31; // of the three sets together, in their own size and in the compared one

/**
 * The requested number, limited to that of the data.
 * @throws DcganError `data.too-few-images`, `usage.too-few-images`, `usage.too-many-images`
 */
export function imagesToCompare(wanted: number, dataset: Dataset, { height, width }: Size): number {
  if (dataset.count < minImages) {
    throw new DcganError('data.too-few-images', {
      happened: `There are ${dataset.count} images in ${dataset.directory}.`,
      expected: `At least ${minImages} are needed; metrics become meaningful from about 1,000.`,
    });
  }
  if (wanted < minImages) {
    throw new DcganError('usage.too-few-images', {
      happened: `${wanted} images are too few for an evaluation.`,
      expected: `At least ${minImages} are needed; metrics become meaningful from about 1,000.`,
      fix: '--count 1024',
    });
  }
  const count = Math.min(wanted, dataset.count);
  const pixels = height * width + dataset.height * dataset.width;
  const maxImages = Math.floor(maxBytes / (3 * pixels * Math.min(3, dataset.channels)));
  if (count <= maxImages) return count;
  throw new DcganError('usage.too-many-images', {
    happened: `Three sets of ${count} images of ${width} x ${height} pixels do not fit into memory.`,
    expected: `At most ${maxImages} images do.`,
    fix: `--count ${maxImages}`,
  });
}

/** @throws DcganError `usage.evaluation-size` */
export function checkSize(size: Size): void {
  if (isProtocolSize(size)) return;
  const { height, width } = protocolSize(size);
  throw new DcganError('usage.evaluation-size', {
    happened: `Images cannot be compared at ${size.width} x ${size.height} pixels: the protocols halve both sides four times.`,
    expected: 'Expected multiples of 16.',
    fix: `--size ${width}x${height}`,
  });
}
