// dcgan explore: the effect of each latent dimension on an image, one row per dimension, the strongest first.
import type { Config } from '../config/config.ts';
import { DcganError } from '../errors.ts';
import { latentsOfSeeds, typicalRange } from '../models/latents.ts';
import { createGrid, drawImages, saveGrid } from '../pictures/grid.ts';
import { resolveOutputPath } from '../pictures/output-path.ts';
import { pictureFormatOf } from '../pictures/picture.ts';
import { labelRows } from '../pictures/row-labels.ts';
import { type RankedDimension, rankDimensions } from '../sampling/rank-dimensions.ts';
import {
  type CheckpointUsed,
  makeImages,
  openNamed,
  type SamplingIo,
  type SamplingOptions,
  silent,
} from '../sampling/sampling.ts';
import { checkSeed } from '../sampling/seed-ranges.ts';
import { evenly, sweptLatents } from '../sampling/swept-latents.ts';

export interface SweepOptions extends SamplingOptions {
  /** The picture to write. @default 'explore.png' */
  out?: string;
  /** Overwrites a file even if dcgan did not draw it. */
  force?: boolean;
  /** Seed of the image that is varied. @default 0 */
  seed?: number;
  /** Number of dimensions shown. @default 10, or all if there are fewer */
  dimensions?: number;
  /** Each dimension goes from -range to range. @default 3 for normal latents, 1 for uniform ones */
  range?: number;
  /** Images per dimension. @default 9 */
  steps?: number;
}

export interface SweepResult extends CheckpointUsed {
  seed: number;
  range: number;
  steps: number;
  /** From top to bottom. */
  dimensions: RankedDimension[];
  out: string;
}

/**
 * Sweeps the latent dimensions of one image, ranked by the change of the image between the two ends.
 * @throws DcganError `usage.dimensions`, `usage.steps`, `usage.picture-too-large`, `usage.unknown-picture-format`,
 * `usage.cannot-write`, and what opening a checkpoint or an engine throws
 */
export async function exploreSweeps(options: SweepOptions, io: SamplingIo = silent): Promise<SweepResult> {
  const { out = 'explore.png', seed = 0, steps = 9 } = options;
  const format = pictureFormatOf(out);
  checkSeed(seed);
  checkSteps(steps);
  const { generator, used } = await openNamed(options, io);
  const {
    data,
    generator: { latent },
  } = generator.config;
  const count = dimensionCount(options, generator.config);
  const { range = typicalRange(latent) } = options;
  const grid = await createGrid(data, count * steps, { columns: steps });
  const place = await resolveOutputPath(out, options);

  const z = latentsOfSeeds(latent, [seed]);
  const ranked = await rankDimensions(generator, z, range, options, io);
  const dimensions = ranked.slice(0, count);
  const swept = sweptLatents(
    z,
    dimensions.map(({ dimension }) => dimension),
    evenly(range, steps),
  );
  for await (const { first, images } of makeImages(generator, swept, options, onlyProgress(io))) {
    drawImages(grid, first, images);
  }
  const labels = dimensions.map(({ dimension }) => `z${dimension}`);
  await saveGrid(place, await labelRows(grid, labels), format);
  return { ...used, seed, range, steps, dimensions, out };
}

/** Drops the engine event, which was already reported. */
function onlyProgress({ onEvent, ...io }: SamplingIo): SamplingIo {
  return { ...io, onEvent: (event) => event.type !== 'engine' && onEvent(event) };
}

function dimensionCount({ dimensions }: SweepOptions, { generator: { latent } }: Config): number {
  if (dimensions === undefined) return Math.min(10, latent.size);
  if (Number.isInteger(dimensions) && dimensions >= 1 && dimensions <= latent.size) return dimensions;
  throw new DcganError('usage.dimensions', {
    happened: `--dimensions is ${dimensions}.`,
    expected: `Expected 1 to ${latent.size}, the size of this generator's latent vectors.`,
    fix: `--dimensions ${latent.size}`,
  });
}

function checkSteps(steps: number): void {
  if (Number.isInteger(steps) && steps >= 2) return;
  const happened = `A sweep cannot have ${steps} ${steps === 1 ? 'step' : 'steps'}.`;
  throw new DcganError('usage.steps', { happened, expected: 'It needs at least its two ends.', fix: '--steps 2' });
}
