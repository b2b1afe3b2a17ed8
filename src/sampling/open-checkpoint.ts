// openCheckpoint of the library: a trained generator kept open for many calls. The commands use sampling.ts instead.
import type { Config } from '../config/config.ts';
import type { EngineInfo } from '../engines/engine.ts';
import { openEngine } from '../engines/open.ts';
import { DcganError } from '../errors.ts';
import { latentsOfSeeds } from '../models/latents.ts';
import { type ImageMaker, openImageMaker } from './image-maker.ts';
import { type InterpolatedLatentsOptions, interpolatedLatents } from './interpolated-latents.ts';
import { type GivenLatents, readLatents } from './latents-file.ts';
import { type CheckpointUsed, openNamed, type SamplingOptions, silent } from './sampling.ts';
import { checkSeeds } from './seed-ranges.ts';

/** Batch sizes to compile: a request uses the smallest that holds it, so that a single image is cheap and many are fast. */
const sizes = [1, 8, 64];

/** Defaults: the latest checkpoint, the best engine, and the current folder as root. */
export type OpenCheckpointOptions = Partial<Omit<SamplingOptions, 'checkpoint'>>;

export interface GeneratedImages {
  /** uint8 [count, height, width, channels] in 0..255, row by row. */
  pixels: Uint8Array;
  shape: [count: number, height: number, width: number, channels: 1 | 3 | 4];
}

/** Images by seeds, or by latent vectors. */
type WhichImages = { seeds: readonly number[] } | { latents: GivenLatents };

export interface LoadedGenerator extends CheckpointUsed {
  readonly config: Config;
  readonly engine: EngineInfo;
  /** One image per seed or vector. @throws DcganError `usage.seeds`, `usage.latents` */
  generate(images: WhichImages): Promise<GeneratedImages>;
  /** Images between seeds, as `dcgan interpolate`; 11 frames by default. @throws DcganError `usage.interpolation` */
  interpolate(options: InterpolatedLatentsOptions): Promise<GeneratedImages>;
  /** Frees the engine's memory; later calls reject. */
  dispose(): void;
}

/**
 * Opens a checkpoint by a shipped name, a run hash or its first digits, or a path.
 * @throws DcganError `checkpoint.unknown`, `checkpoint.ambiguous`, `checkpoint.missing`, `checkpoint.damaged`, `engine.unusable`
 */
export async function openCheckpoint(
  checkpoint: string,
  { root = '.', engine: choice = 'auto', device, which = 'latest' }: OpenCheckpointOptions = {},
): Promise<LoadedGenerator> {
  const { generator, used } = await openNamed({ checkpoint, root, engine: choice, which }, silent);
  const { engine } = await openEngine(choice, device);
  const { data } = generator.config;
  const { latent } = generator.config.generator;
  const makers = new Map<number, Promise<ImageMaker>>(); // by batch size
  let disposed = false;

  async function imagesOf(latents: Float32Array): Promise<GeneratedImages> {
    if (disposed) throw new DcganError('usage.disposed', { happened: `${checkpoint} has been disposed of.` });
    const count = latents.length / latent.size;
    const size = sizes.find((most) => most >= count) ?? sizes.at(-1)!;
    if (!makers.has(size)) makers.set(size, openImageMaker(engine, generator, size));
    const maker = await makers.get(size)!;
    return { pixels: await maker.make(latents), shape: [count, data.height, data.width, data.channels] };
  }

  return {
    ...used,
    config: generator.config,
    engine: engine.info,
    async generate(images) {
      if ('latents' in images) return imagesOf(await readLatents(images.latents, latent.size));
      checkSeeds(images.seeds);
      return imagesOf(latentsOfSeeds(latent, images.seeds));
    },
    async interpolate(options) {
      const { latents } = await interpolatedLatents({ frames: 11, ...options }, latent);
      return imagesOf(latents.slice(0, latents.count));
    },
    dispose() {
      disposed = true;
      for (const maker of makers.values()) maker.then(({ dispose }) => dispose()).catch(() => {}); // one that failed to open holds nothing
      makers.clear();
    },
  };
}
