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
import { samplerFeeds, samplerProgram } from '../models/sampler.ts';
import { loadCheckpoint } from '../outputs/checkpoint.ts';
import { resolveCheckpoint } from '../outputs/find-checkpoint.ts';
import { toPixels, writeGrid } from '../outputs/grid.ts';
import { packageDirectory } from '../package-directory.ts';
import { generatorPasses } from '../training/schedule.ts';

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

const chunk = 64; // images per call; bounds memory

export async function sample(options: SampleOptions): Promise<SampleResult> {
  const found = await resolveCheckpoint(options.checkpoint, { root: options.root, packageDirectory });
  const { tensors, state, step } = await loadCheckpoint(found.directory, 'latest');
  const config = configOf(state, found.directory);
  const { generator } = buildNetworks(config);
  checkCount(options.count, config);
  const { engine } = await openEngine(options.engine);
  const size = Math.min(chunk, options.count);
  const compiled = await engine.compile(samplerProgram(config, generator, size), { precision: 'float32' });
  const weights = config.training.ema ? asGenerator(generator, tensors) : tensors;
  await compiled.write(Object.fromEntries(parametersOf(generator).map(({ name }) => [name, weights[name]!.values])));

  const { height, width, channels, range } = config.data;
  const pixels = new Uint8Array(options.count * height * width * channels);
  for (let first = 0; first < options.count; first += size) {
    const seeds = Array.from({ length: size }, (_, index) => first + index);
    const latents = latentsOfSeeds(config.generator.latent, seeds);
    const { images } = await compiled.run('sample', samplerFeeds(latents, generatorPasses(config, step)));
    const offset = first * height * width * channels;
    pixels.set(toPixels(images!, range).subarray(0, pixels.length - offset), offset);
  }
  compiled.dispose();
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
