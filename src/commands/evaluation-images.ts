// The images that an evaluation compares: generated ones, and real ones drawn from a folder, brought to one size.
import type { Config } from '../config/config.ts';
import type { Dataset } from '../data/open.ts';
import { type EngineChoice, openEngine } from '../engines/open.ts';
import { DcganError } from '../errors.ts';
import { type ImageSet, onWhite } from '../metrics/images.ts';
import { isProtocolSize, protocolSize, type Size } from '../metrics/protocol-size.ts';
import { resizeBilinear } from '../metrics/resize.ts';
import type { Comparison } from '../metrics/table.ts';
import { drawLatents } from '../models/latents.ts';
import type { TrainedGenerator } from '../models/trained-generator.ts';
import { RandomStream } from '../random.ts';
import { openImageMaker } from './image-maker.ts';

const imagesPerReport = 1024;

/** Images from latents of a stream of their own: the same seed, the same images. Of the config's size and channels. */
export async function generateImages(
  generator: TrainedGenerator,
  { engine: choice, device, count, seed }: EngineChoice & { count: number; seed: number },
  onProgress: (done: number, total: number) => void,
): Promise<ImageSet> {
  const { engine } = await openEngine(choice, device);
  const maker = await openImageMaker(engine, generator, count);
  const { latent } = generator.config.generator;
  const stream = new RandomStream(seed, 'evaluation/latents');
  const shape = imageShape(generator.config);
  const imageSize = shape.height * shape.width * shape.channels;
  const pixels = new Uint8Array(count * imageSize);
  for (let first = 0; first < count; first += imagesPerReport) {
    const wanted = Math.min(imagesPerReport, count - first);
    pixels.set(await maker.make(drawLatents(latent, wanted, stream)), first * imageSize);
    onProgress(first + wanted, count);
  }
  maker.dispose();
  return { ...shape, pixels };
}

/** Beside the generated images as many real ones, drawn from the whole folder, and as many again where it has them. */
export function compareWith(
  dataset: Dataset,
  fake: ImageSet,
  { count, size, seed }: { count: number; size: Size; seed: number },
): Comparison {
  const order = new RandomStream(seed, 'evaluation/real').permutation(dataset.count);
  const prepare = (pixels: Uint8Array) => resizeBilinear(onWhite({ ...fake, pixels }), size.height, size.width);
  const read = (first: number) => prepare(dataset.read(order.subarray(first, first + count)));
  return {
    real: read(0),
    fake: prepare(fake.pixels),
    ...(dataset.count >= 2 * count && { otherReal: read(count) }),
    seed,
  };
}

function imageShape({ data: { height, width, channels } }: Config): Omit<ImageSet, 'pixels'> {
  return { height, width, channels };
}

const fewestImages = 16;
const mostBytes = 2 ** 31; // of the three sets together

/** As many as asked for, or as the folder has. @throws DcganError `data.too-few-images`, `usage.too-many-images` */
export function countImages(wanted: number, dataset: Dataset, { height, width }: Size): number {
  if (dataset.count < fewestImages) {
    throw new DcganError('data.too-few-images', {
      happened: `There are ${dataset.count} images in ${dataset.directory}.`,
      expected: `At least ${fewestImages} are needed; the numbers mean something from about a thousand on.`,
    });
  }
  if (wanted < fewestImages) {
    throw new DcganError('usage.too-few-images', {
      happened: `${wanted} images are too few to measure anything.`,
      expected: `At least ${fewestImages} are needed; the numbers mean something from about a thousand on.`,
      fix: '--count 1024',
    });
  }
  const count = Math.min(wanted, dataset.count);
  const most = Math.floor(mostBytes / (3 * height * width * Math.min(3, dataset.channels)));
  if (count <= most) return count;
  throw new DcganError('usage.too-many-images', {
    happened: `Three sets of ${count} images of ${width} x ${height} pixels do not fit into memory.`,
    expected: `At most ${most} images do.`,
    fix: `--count ${most}`,
  });
}

/** @throws DcganError `usage.evaluation-size` */
export function checkSize(size: Size): void {
  if (isProtocolSize(size)) return;
  const { height, width } = protocolSize(size);
  throw new DcganError('usage.evaluation-size', {
    happened: `Images cannot be compared at ${size.width} x ${size.height} pixels: the protocols halve both sides four times.`,
    expected: 'Multiples of 16 are expected.',
    fix: `--size ${width}x${height}`,
  });
}
