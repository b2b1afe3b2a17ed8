// Eight Gaussians on a ring, a small GAN that learns them, and how many modes it covers: the usual test for mode collapse.
import type { Config } from '../../src/config/config.ts';
import type { Dataset } from '../../src/data/dataset/open.ts';
import type { Engine } from '../../src/engines/engine.ts';
import { latentsOfSeeds } from '../../src/models/latents.ts';
import { buildNetworks } from '../../src/models/networks.ts';
import { samplerFeeds } from '../../src/models/sampler.ts';
import { RandomStream } from '../../src/random.ts';
import { createFeeder } from '../../src/training/feeds.ts';
import { functionNames, startingValues, trainingProgram } from '../../src/training/program.ts';
import { batchSizes, generatorPasses, planSchedule } from '../../src/training/schedule.ts';
import { configOf } from '../helpers/tiny-network.ts';

const modes = 8;
const radius = 1;
const deviation = 0.05;
const range: [number, number] = [-4 / 3, 4 / 3]; // of the bytes 0 to 255; one is 0.01
const points = 4096;
const samples = 1000;

/** The middle of mode `index`. */
function middle(index: number): [number, number] {
  const angle = (2 * Math.PI * index) / modes;
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}

/** Points as images of 1 x 2 pixels: x and y. */
export function ringOfGaussians(): Dataset {
  const noise = new RandomStream(0, 'ring').normals(2 * points);
  const bytes = Uint8Array.from(noise, (value, at) => {
    const position = middle(Math.floor(at / 2) % modes)[at % 2]! + deviation * value;
    return Math.max(0, Math.min(255, Math.round(((position - range[0]) / (range[1] - range[0])) * 255)));
  });
  return {
    directory: '',
    count: points,
    height: 1,
    width: 2,
    channels: 1,
    fingerprint: '',
    skipped: [],
    notes: [],
    read: (indices) =>
      Uint8Array.from(Array.from(indices).flatMap((index) => [bytes[2 * index]!, bytes[2 * index + 1]!])),
    close() {},
  };
}

interface RingSetup {
  training: Record<string, unknown>;
  learningRate?: number;
  beta1?: number;
}

/** Two layers of 64 units in each network. */
export function ringConfig({ training, learningRate = 2e-3, beta1 = 0.5 }: RingSetup, seed: number): Config {
  const hidden = (activation: object) => [64, 64].flatMap((units) => [{ type: 'dense', units }, activation]);
  const shared = {
    initializer: { type: 'glorotUniform' },
    optimizer: { learningRate, beta1 },
  };
  return configOf({
    seed,
    data: { folder: 'none', size: [1, 2], channels: 1, range },
    generator: {
      ...shared,
      latent: { size: 2 },
      layers: [...hidden({ type: 'relu' }), { type: 'dense', units: 2 }, { type: 'reshape', shape: [1, 2, 1] }],
    },
    discriminator: {
      ...shared,
      layers: [{ type: 'flatten' }, ...hidden({ type: 'leakyRelu' }), { type: 'dense', units: 1 }],
    },
    training: { steps: 1500, batchSize: 256, ema: { decay: 0.99 }, ...training },
  });
}

/** How many modes have samples, and the share of samples that lie on a mode: within three deviations. */
interface Coverage {
  modes: number;
  share: number;
}

/** A mode counts as covered if it has at least 2 % of the samples; an even share is 12.5 %. */
function coverageOf(images: Float32Array): Coverage {
  const hits = Array<number>(modes).fill(0);
  for (let at = 0; at < images.length; at += 2) {
    const near = hits.findIndex((_, index) => {
      const [x, y] = middle(index);
      return Math.hypot(images[at]! - x, images[at + 1]! - y) < 3 * deviation;
    });
    if (near >= 0) hits[near]!++;
  }
  const count = images.length / 2;
  const share = hits.reduce((total, hit) => total + hit, 0) / count;
  return { modes: hits.filter((hit) => hit >= 0.02 * count).length, share };
}

/** Trains for `steps` steps, or all, and measures the coverage of the averaged generator. */
export async function trainOnRing(engine: Engine, config: Config, steps?: number): Promise<Coverage> {
  const dataset = ringOfGaussians();
  const schedule = planSchedule(config, dataset.count);
  const networks = buildNetworks(config);
  const program = trainingProgram(config, networks, batchSizes(config, dataset.count), samples);
  const compiled = await engine.compile(program, { precision: 'float32' });
  await compiled.write(startingValues(program, config, networks));
  const feedStep = createFeeder(config, dataset, program, schedule);
  const until = steps ?? schedule.totalSteps;
  for (let step = 0; step < until; step++) {
    for (const { name, feeds } of feedStep(step)) await compiled.run(name, feeds);
  }
  const latents = latentsOfSeeds(
    config.generator.latent,
    Array.from({ length: samples }, (_, index) => index),
  );
  const feeds = samplerFeeds(latents, generatorPasses(config, until));
  const { images } = await compiled.run(functionNames.sample, feeds);
  compiled.dispose();
  return coverageOf(images!);
}
