// The task every worker of a contest gets: resolved config, layers with shapes, initial weights, images, and a probe batch.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../src/config/config.ts';
import { type Dataset, openImages } from '../src/data/dataset/open.ts';
import type { Shape } from '../src/engines/engine.ts';
import { initialValues } from '../src/models/initial-values.ts';
import { latentsOfSeeds } from '../src/models/latents.ts';
import { parametersOf } from '../src/models/network.ts';
import { buildNetworks } from '../src/models/networks.ts';
import { packageDirectory } from '../src/system/package-directory.ts';
import { checkComparable } from './comparable.ts';
import { type TaskLayer, taskLayers } from './task-layers.ts';

export interface Task {
  config: Config;
  generator: TaskLayer[];
  discriminator: TaskLayer[];
  /** Names (network/layer/part) and shapes of the float32 values in weights.bin, in their order. */
  weights: { name: string; shape: Shape }[];
  /** Number of images in images.bin, uint8 [n, height, width, channels]. */
  imageCount: number;
  /** The probe batch: the first images, and as many latents, float32 [n, latent size]. */
  probeCount: number;
  probeLatents: number[];
}

const probeCount = 8;

/** Writes the files of a task into a folder. */
export async function writeTask(folder: string, config: Config): Promise<void> {
  checkComparable(config);
  const { generator, discriminator } = buildNetworks(config);
  const parameters = [generator, discriminator].flatMap(parametersOf);
  const values = initialValues([generator, discriminator], config.seed);
  const pictures = await openPictures(config);
  const task: Task = {
    config,
    generator: taskLayers(generator),
    discriminator: taskLayers(discriminator),
    weights: parameters.map(({ name, shape }) => ({ name, shape })),
    imageCount: pictures.count,
    probeCount,
    probeLatents: [...latentsOfSeeds(config.generator.latent, countedTo(probeCount))],
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'task.json'), JSON.stringify(task));
  writeFileSync(join(folder, 'weights.bin'), Buffer.concat(parameters.map(({ name }) => bytesOf(values[name]!))));
  writeFileSync(join(folder, 'images.bin'), pictures.read(countedTo(pictures.count)));
  pictures.close();
}

export function readTask(folder: string): Task {
  return JSON.parse(readFileSync(join(folder, 'task.json'), 'utf8')) as Task;
}

/** The bundled MNIST digits in the config's size and channels. */
export function openPictures({ data: { height, width, channels, background, fit } }: Config): Promise<Dataset> {
  return openImages({ directory: join(packageDirectory, 'data/mnist-tiny'), height, width, channels, background, fit });
}

/** 0, 1, ... count - 1. */
export function countedTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
