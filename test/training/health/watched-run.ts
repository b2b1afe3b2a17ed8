// The health states of whole runs, healthy or made to fail: on the ring of Gaussians, the digits of the quick start, or faces.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareData } from '../../../src/commands/data-prepare.ts';
import { trainPrepared } from '../../../src/commands/train.ts';
import type { Config } from '../../../src/config/config.ts';
import type { Dataset } from '../../../src/data/dataset/open.ts';
import { openEngine } from '../../../src/engines/open.ts';
import { buildNetworks } from '../../../src/models/networks.ts';
import type { HealthState } from '../../../src/training/health/health.ts';
import { planSchedule } from '../../../src/training/schedule.ts';
import { prepareRun } from '../../../src/training/start/prepare-run.ts';
import { noTensorflow } from '../../helpers/tensorflow.ts';
import { ringConfig, ringOfGaussians } from '../ring.ts';

const engineName = noTensorflow ? 'wasm' : 'tensorflow';

/** Changes that make a run fail. */
export interface Change {
  seed?: number;
  /** Factors on the learning rates; a tiny one freezes a network. */
  generatorRate?: number;
  discriminatorRate?: number;
  /** Every picture of the data is the same. */
  onePicture?: boolean;
  loss?: string;
}

/** The states of a run, each with the step at which it was reported. */
type HealthCourse = { state: HealthState; step: number }[];

export async function watchRing(steps: number, { seed = 0, loss = 'bce', ...change }: Change): Promise<HealthCourse> {
  const plain = ringConfig({ training: { loss, steps } }, seed);
  const config: Config = {
    ...plain,
    generator: withRate(plain.generator, change.generatorRate),
    discriminator: withRate(plain.discriminator, change.discriminatorRate),
    outputs: { ...plain.outputs, samplesEvery: { steps }, checkpointEvery: { steps }, evolution: false },
  };
  return watch(config, changed(ringOfGaussians(), change));
}

/** The quick start, trained for longer. */
export function watchQuick(steps: number, change: Change): Promise<HealthCourse> {
  return watchConfig('quick', { batchSize: 32, labels: { real: [0.8, 1] } }, steps, change);
}

/** Drawn faces of 64 x 64 pixels, with the networks of AFG. */
export async function watchFaces(steps: number, change: Change): Promise<HealthCourse> {
  const root = mkdtempSync(join(tmpdir(), 'dcgan-faces-'));
  try {
    const { directory } = await prepareData({ dataset: 'avatars', root, count: 1000 }, () => {});
    return await watchConfig('afg', { batchSize: 16 }, steps, change, directory);
  } finally {
    rmSync(root, { recursive: true });
  }
}

async function watchConfig(
  name: string,
  training: object,
  steps: number,
  { seed = 0, ...change }: Change,
  data?: string,
): Promise<HealthCourse> {
  const set = Object.entries({ ...training, steps }).map(([key, value]) => `training.${key}=${JSON.stringify(value)}`);
  const options = { config: name, set: [...set, `seed=${seed}`], engine: engineName, root: '.' } as const;
  const { config, dataset } = await prepareRun(data === undefined ? options : { ...options, data }, () => {});
  const other = {
    ...config,
    generator: withRate(config.generator, change.generatorRate),
    discriminator: withRate(config.discriminator, change.discriminatorRate),
  };
  return watch(other, changed(dataset, change));
}

async function watch(config: Config, dataset: Dataset): Promise<HealthCourse> {
  const root = mkdtempSync(join(tmpdir(), 'dcgan-watched-'));
  const course: HealthCourse = [];
  try {
    const opened = await openEngine(engineName);
    const prepared = {
      config,
      networks: buildNetworks(config),
      dataset,
      schedule: planSchedule(config, dataset.count),
      hash: '0000000',
      opened,
      precision: 'float32' as const,
      memory: undefined,
      warnings: [],
    };
    await trainPrepared(
      prepared,
      { root, fresh: false },
      {
        onEvent: (event) => event.type === 'health' && course.push({ state: event.state, step: event.step }),
        shouldStop: () => false,
      },
    );
    return course;
  } finally {
    rmSync(root, { recursive: true });
  }
}

type Network = Config['discriminator'];

function withRate<T extends Network>(network: T, factor = 1): T {
  const rate = network.optimizer.learningRate as number;
  return { ...network, optimizer: { ...network.optimizer, learningRate: factor * rate } };
}

function changed(dataset: Dataset, { onePicture }: Change): Dataset {
  if (!onePicture) return dataset;
  return {
    ...dataset,
    read: (indices) => dataset.read(new Uint32Array(indices.length).fill(7)),
    close: () => dataset.close(),
  };
}
