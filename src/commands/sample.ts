// dcgan sample: a checkpoint's generator in inference mode -> one picture.
import type { Config } from '../config/config.ts';
import type { EngineName } from '../engines/engine.ts';
import { openEngine } from '../engines/open.ts';
import { DcganError } from '../errors.ts';
import { latentsOfSeeds } from '../models/latents.ts';
import { writeGrid } from '../outputs/grid.ts';
import { openImageMaker } from './image-maker.ts';
import { openGenerator } from './open-generator.ts';

export interface SampleOptions {
  checkpoint: string;
  count: number;
  columns?: number;
  out: string;
  engine: 'auto' | EngineName;
  /** An adapter of the webgpu engine. */
  device?: string;
  root: string;
}

export interface SampleResult {
  out: string;
  images: number;
  runHash: string;
  step: number;
}

export async function sample(options: SampleOptions): Promise<SampleResult> {
  const { generator, runHash, step } = await openGenerator(options.checkpoint, options);
  const { config } = generator;
  checkCount(options.count, config);
  const { engine } = await openEngine(options.engine, options.device);
  const maker = await openImageMaker(engine, generator, options.count);
  const seeds = Array.from({ length: options.count }, (_, seed) => seed);
  const pixels = await maker.make(latentsOfSeeds(config.generator.latent, seeds));
  maker.dispose();
  const { height, width, channels } = config.data;
  const columns = options.columns ?? Math.ceil(Math.sqrt(options.count));
  await writeGrid(options.out, { pixels, height, width, channels }, { columns });
  return { out: options.out, images: options.count, runHash, step };
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
