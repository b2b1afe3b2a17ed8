// Shared by sample, interpolate and explore: opens a checkpoint's generator and turns latents into batches of images.
import type { EngineInfo } from '../engines/engine.ts';
import { type EngineChoice, type OpenedEngine, openEngine } from '../engines/open.ts';
import type { Images } from '../pictures/images.ts';
import type { CheckpointChoice } from '../runs/checkpoint.ts';
import { openImageMaker } from './image-maker.ts';
import type { LatentSource } from './latent-source.ts';
import { openGenerator } from './open-generator.ts';
import type { TrainedGenerator } from './trained-generator.ts';

export interface SamplingOptions extends EngineChoice {
  /** A shipped name, a run hash or its first digits, or a path. */
  checkpoint: string;
  /** Which checkpoint of a run. @default 'latest' */
  which?: CheckpointChoice;
  root: string;
}

export type SamplingEvent =
  | ({ type: 'checkpoint' } & CheckpointUsed)
  | { type: 'engine'; info: EngineInfo; notChosen: OpenedEngine['notChosen'] }
  /** The implementations of a convolution are timed, once per machine and shape. */
  | { type: 'tuning'; done: number; total: number }
  /** Only if it takes more than one call of the engine. */
  | { type: 'images'; done: number; total: number };

/** The checkpoint that generated the images. */
export interface CheckpointUsed {
  checkpoint: string;
  runHash: string;
  step: number;
  /** Damaged checkpoints that were skipped. */
  refused: { path: string; reason: string }[];
}

export interface SamplingIo {
  onEvent: (event: SamplingEvent) => void;
  /** Cancels the work, which rejects with the signal's reason. */
  signal?: AbortSignal;
}

export const silent: SamplingIo = { onEvent: () => {} };

/** Opens the generator and reports its checkpoint. @throws DcganError as `openGenerator` */
export async function openNamed(
  options: SamplingOptions,
  { onEvent }: SamplingIo,
): Promise<{ generator: TrainedGenerator; used: CheckpointUsed }> {
  const { generator, path, runHash, step, refused } = await openGenerator(options.checkpoint, options);
  const used = { checkpoint: path, runHash, step, refused };
  onEvent({ type: 'checkpoint', ...used });
  return { generator, used };
}

/** Generates images in batches; `first` is the index of a batch's first image. */
export async function* makeImages(
  generator: TrainedGenerator,
  latents: LatentSource,
  choice: EngineChoice,
  { onEvent, signal }: SamplingIo,
): AsyncGenerator<{ first: number; images: Images }> {
  const { engine, notChosen } = await openEngine(choice.engine, choice.device);
  onEvent({ type: 'engine', info: engine.info, notChosen });
  const onTuning = (done: number, total: number) => onEvent({ type: 'tuning', done, total });
  const maker = await openImageMaker(engine, generator, latents.count, { onTuning, signal });
  const { height, width, channels } = generator.config.data;
  try {
    for (let first = 0; first < latents.count; first += maker.imagesPerCall) {
      const end = Math.min(first + maker.imagesPerCall, latents.count);
      const pixels = await maker.make(latents.slice(first, end));
      yield { first, images: { pixels, height, width, channels } };
      if (latents.count > maker.imagesPerCall) onEvent({ type: 'images', done: end, total: latents.count });
    }
  } finally {
    maker.dispose();
  }
}
