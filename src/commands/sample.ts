// dcgan sample: a checkpoint's generator in inference mode -> one picture.
import type { Config } from '../config/config.ts';
import { runHash } from '../config/run-hash.ts';
import type { EngineName } from '../engines/engine.ts';
import { openEngine } from '../engines/open.ts';
import { DcganError } from '../errors.ts';
import { asGenerator } from '../models/average.ts';
import { latentsOfSeeds } from '../models/latents.ts';
import { parametersOf } from '../models/network.ts';
import { buildNetworks } from '../models/networks.ts';
import { loadCheckpoint } from '../outputs/checkpoint.ts';
import { resolveCheckpoint } from '../outputs/find-checkpoint.ts';
import { writeGrid } from '../outputs/grid.ts';
import { packageDirectory } from '../package-directory.ts';
import { generatorPasses } from '../training/schedule.ts';
import { openImageMaker } from './image-maker.ts';

export interface SampleOptions {
  checkpoint: string;
  count: number;
  columns?: number;
  out: string;
  engine: 'auto' | Exclude<EngineName, 'webgpu'>;
  root: string;
}

export interface SampleResult {
  out: string;
  images: number;
  runHash: string;
  step: number;
}

export async function sample(options: SampleOptions): Promise<SampleResult> {
  const found = await resolveCheckpoint(options.checkpoint, { root: options.root, packageDirectory });
  const { tensors, state, step } = await loadCheckpoint(found.directory, 'latest');
  const config = configOf(state, found.directory);
  const { generator } = buildNetworks(config);
  checkCount(options.count, config);
  const { engine } = await openEngine(options.engine);
  const trainedTensors = config.training.ema ? asGenerator(generator, tensors) : tensors;
  const weights = Object.fromEntries(parametersOf(generator).map(({ name }) => [name, trainedTensors[name]!.values]));
  const trained = { weights, passes: generatorPasses(config, step) };
  const maker = await openImageMaker(engine, config, generator, trained, options.count);
  const seeds = Array.from({ length: options.count }, (_, seed) => seed);
  const pixels = await maker.make(latentsOfSeeds(config.generator.latent, seeds));
  maker.dispose();
  const { height, width, channels } = config.data;
  const columns = options.columns ?? Math.ceil(Math.sqrt(options.count));
  await writeGrid(options.out, { pixels, height, width, channels }, { columns });
  return { out: options.out, images: options.count, runHash: runHash(config, String(state['dataFingerprint'])), step };
}

const mostImages = 10_000;
const mostBytes = 2 ** 31;

/** All images stand in one picture, which is put together in memory. */
function checkCount(count: number, { data: { height, width, channels } }: Config): void {
  const most = Math.min(mostImages, Math.floor(mostBytes / (height * width * channels)));
  if (count <= most) return;
  throw new DcganError('usage.too-many-images', {
    happened: `${count} images of [${height}, ${width}, ${channels}] do not fit into one picture.`,
    expected: `At most ${most} do.`,
    fix: `--count ${most}`,
  });
}

function configOf(state: Record<string, unknown>, directory: string): Config {
  const config = state['config'];
  if (config !== null && typeof config === 'object') return config as Config;
  throw new DcganError('checkpoint.damaged', {
    happened: `The checkpoint in ${directory} does not say which config it was made with.`,
  });
}
