// The latent vectors of an interpolation: a path through several, or a grid between four.
import type { GeneratorConfig } from '../config/config.ts';
import { DcganError } from '../errors.ts';
import { latentsOfSeeds } from '../models/latents.ts';
import type { Easing, Method } from './interpolation.ts';
import { latentGrid, latentPath, pathLength } from './latent-path.ts';
import { givenLatents, type LatentSource } from './latent-source.ts';
import { type GivenLatents, readLatents } from './latents-file.ts';
import { checkSeeds } from './seed-ranges.ts';

export interface InterpolatedLatentsOptions {
  /** Seeds that the path passes through. @default [0, 1] */
  seeds?: readonly number[];
  /** Latent vectors instead of seeds, or the path of a JSON file with them. */
  latents?: GivenLatents;
  /** A grid between four seeds instead of a path: top left, top right, bottom left, bottom right. */
  corners?: readonly number[];
  /** The shape of that grid. @default 8 x 8 */
  grid?: { columns: number; rows: number };
  /** Images from one seed to the next, both included. @default 11 in a picture, 31 in an animation */
  frames?: number;
  /** @default 'linear' */
  method?: Method;
  /** How the path accelerates from one seed to the next. @default 'linear' */
  easing?: Easing;
  /** Returns to the first seed, so that an animation loops without a jump. @default false */
  loop?: boolean;
}

interface InterpolatedLatents {
  latents: LatentSource;
  /** Images per row. */
  columns: number;
  /** The seeds that it passes through; absent if latent vectors were given. */
  seeds?: readonly number[];
}

const maxImages = 100_000;

/** @throws DcganError `usage.interpolation`, `usage.seeds`, `usage.latents` */
export async function interpolatedLatents(
  options: InterpolatedLatentsOptions & { frames: number },
  latent: GeneratorConfig['latent'],
): Promise<InterpolatedLatents> {
  const { latents: given, corners, seeds = corners ?? [0, 1] } = options;
  checkSeeds(seeds);
  if (options.grid && !corners) throw unusable('A grid needs four corners, but none were given.', '--corners 1,2,3,4');
  const values = given === undefined ? latentsOfSeeds(latent, seeds) : await readLatents(given, latent.size);
  const keys = Array.from({ length: values.length / latent.size }, (_, i) =>
    values.subarray(i * latent.size, (i + 1) * latent.size),
  );
  const { columns, vectors } = corners ? gridBetween(keys, options) : pathThrough(keys, options);
  return { latents: givenLatents(vectors, latent.size), columns, ...(given === undefined && { seeds }) };
}

function pathThrough(
  keys: readonly Float32Array[],
  { frames, method = 'linear', easing = 'linear', loop = false }: InterpolatedLatentsOptions & { frames: number },
): { vectors: Float32Array; columns: number } {
  if (keys.length < 2)
    throw unusable('An interpolation needs at least two seeds or latent vectors.', '--from 1 --to 2, or --seeds 1,5,9');
  if (frames < 2) throw unusable(`${frames} is too few frames: both ends are included.`, '--frames 11');
  checkCount(pathLength(keys.length, frames, loop));
  const vectors = latentPath(keys, { frames, method, easing, loop });
  return { vectors, columns: vectors.length / keys[0]!.length };
}

function gridBetween(
  keys: readonly Float32Array[],
  { grid = { columns: 8, rows: 8 }, method = 'linear' }: InterpolatedLatentsOptions,
): { vectors: Float32Array; columns: number } {
  const [a, b, c, d, ...more] = keys;
  if (!d || more.length > 0) throw unusable(`A grid has four corners, not ${keys.length}.`, '--corners 1,2,3,4');
  const { columns, rows } = grid;
  if (columns < 2 || rows < 2)
    throw unusable(`A grid of ${columns} x ${rows} does not have four corners.`, '--grid 8x8');
  checkCount(columns * rows);
  return { vectors: latentGrid([a!, b!, c!, d], { columns, rows, method }), columns };
}

function checkCount(images: number): void {
  if (images > maxImages) throw unusable(`${images} images were requested, more than ${maxImages}.`, '--frames 11');
}

function unusable(happened: string, fix: string): DcganError {
  return new DcganError('usage.interpolation', { happened, fix });
}
