// Compares generated images with their nearest real images, to detect memorisation.
import type { Dataset } from '../data/dataset/open.ts';
import { writeGrid } from '../pictures/grid.ts';
import { countImages, type Images, sliceImages } from '../pictures/images.ts';
import { RandomStream } from '../random.ts';
import { type Features, inUnits, pixelFeatures } from './metrics/features.ts';
import { nearestNeighbours } from './metrics/nearest.ts';
import { part, type Work } from './metrics/work.ts';

const maxQueries = 256;
const columns = 16;
const maxRows = 4;

export interface NeighbourResult {
  /** Number of generated images, and of real ones, that were looked up among all real images. */
  count: number;
  /** Mean Euclidean distance of generated images to the nearest real one, pixels in 0..1. */
  distance: number;
  /** The same for real images, each compared with all others. */
  distanceOfData: number;
  /** `distance` / `distanceOfData`; far below 1 means memorised images. */
  ratio: number;
  /** The generated image that comes closest to a real one. */
  closest: { sample: number; image: number; distance: number };
}

/** Also writes a picture: rows of generated images, each above its nearest real images. */
export async function compareNeighbours(
  fake: Images,
  dataset: Dataset,
  { seed, picture }: { seed: number; picture: string },
  work: Work,
): Promise<NeighbourResult> {
  const count = Math.min(maxQueries, countImages(fake), dataset.count);
  const samples = sliceImages(fake, 0, count);
  const chosen = new RandomStream(seed, 'evaluation/neighbours').permutation(dataset.count).subarray(0, count);
  const real = featuresOfDataset(dataset);
  const some = pixelFeatures({ ...fake, pixels: dataset.read(chosen) });
  const nearest = await nearestNeighbours(pixelFeatures(samples), real, part(work, 0, 2));
  const isSelf = (from: number, other: number) => chosen[from] === other;
  const own = await nearestNeighbours(some, real, part(work, 1, 2), isSelf);

  await writeNeighbours(
    picture,
    samples,
    dataset,
    nearest.map(({ index }) => index),
  );
  const mean = (found: typeof nearest) => found.reduce((sum, { distance }) => sum + distance, 0) / found.length;
  const [distance, distanceOfData] = [mean(nearest), mean(own)];
  const closest = nearest.reduce((best, { distance }, i) => (distance < nearest[best]!.distance ? i : best), 0);
  return {
    count,
    distance,
    distanceOfData,
    ratio: distance / distanceOfData,
    closest: { sample: closest, image: nearest[closest]!.index, distance: nearest[closest]!.distance },
  };
}

function featuresOfDataset(dataset: Dataset): Features {
  const { height, width, channels } = dataset;
  return {
    count: dataset.count,
    size: height * width * channels,
    read(first, count) {
      const indices = Uint32Array.from({ length: count }, (_, i) => first + i);
      return inUnits(dataset.read(indices));
    },
  };
}

async function writeNeighbours(path: string, samples: Images, dataset: Dataset, nearest: number[]): Promise<void> {
  const rows = Math.min(maxRows, Math.ceil(nearest.length / columns));
  const size = samples.pixels.length / nearest.length;
  const pixels = new Uint8Array(2 * rows * columns * size).fill(255);
  for (let i = 0; i < Math.min(nearest.length, rows * columns); i++) {
    const place = 2 * Math.floor(i / columns) * columns + (i % columns);
    pixels.set(sliceImages(samples, i, 1).pixels, place * size);
    pixels.set(dataset.read([nearest[i]!]), (place + columns) * size);
  }
  await writeGrid(path, { ...samples, pixels }, { columns });
}
