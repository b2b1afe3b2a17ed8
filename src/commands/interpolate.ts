// dcgan interpolate: images between latent vectors as a strip, an animation, or a grid between four.
import { DcganError } from '../errors.ts';
import { type AnimationFormat, animationFormatOf, writeAnimation } from '../pictures/animation.ts';
import { createGrid, drawImages, saveGrid } from '../pictures/grid.ts';
import { comfortableScale } from '../pictures/images.ts';
import { resolveOutputPath } from '../pictures/output-path.ts';
import { pictureFormatOf } from '../pictures/picture.ts';
import { type InterpolatedLatentsOptions, interpolatedLatents } from '../sampling/interpolated-latents.ts';
import type { Method } from '../sampling/interpolation.ts';
import {
  type CheckpointUsed,
  makeImages,
  openNamed,
  type SamplingIo,
  type SamplingOptions,
  silent,
} from '../sampling/sampling.ts';

export interface InterpolateOptions extends SamplingOptions, InterpolatedLatentsOptions {
  /** .png or .jpg for a strip, .gif, .webp or .apng for an animation; a grid is always still. @default 'interpolation.png' */
  out?: string;
  /** Overwrites a file even if dcgan did not draw it. */
  force?: boolean;
  /** Images per row of a strip. @default all */
  columns?: number;
  /** Pixels between and around the images. @default 2 */
  padding?: number;
  /** Enlargement factor. @default makes images about 64 pixels long, in an animation 256 */
  scale?: number;
  /** For animations, at most 50. @default 15 */
  framesPerSecond?: number;
}

export interface InterpolateResult extends CheckpointUsed {
  images: number;
  method: Method;
  /** The seeds interpolated between; absent if latent vectors were given. */
  seeds?: readonly number[];
  files: string[];
  /** A caveat about this method with this generator. */
  note?: string;
}

const animationLength = 256; // pixels; smaller images are enlarged

const uniformNote =
  'The latents of this generator are uniform in [-1, 1): slerp keeps their length, but some values may leave that range, ' +
  'for which it was not trained. --method linear stays inside.';

/**
 * Draws the images between latent vectors.
 * @throws DcganError `usage.interpolation`, `usage.seeds`, `usage.latents`, `usage.picture-too-large`,
 * `usage.unknown-picture-format`, `usage.cannot-write`, and what opening a checkpoint or an engine throws
 */
export async function interpolate(options: InterpolateOptions, io: SamplingIo = silent): Promise<InterpolateResult> {
  const { out = 'interpolation.png', method = 'linear', framesPerSecond = 15 } = options;
  const animation = formatOf(out, options);
  const delayMs = delayOf(framesPerSecond);
  const place = await resolveOutputPath(out, options);
  const { generator, used } = await openNamed(options, io);
  const { data } = generator.config;
  const { latent } = generator.config.generator;
  const { frames = animation ? 31 : 11 } = options;
  const { latents, columns, seeds } = await interpolatedLatents({ ...options, frames }, latent);

  const frameLayout = { columns: 1, padding: 0, scale: options.scale ?? comfortableScale(data, animationLength) };
  const grid = await createGrid(data, latents.count, animation ? frameLayout : { columns, ...options });
  for await (const { first, images } of makeImages(generator, latents, options, io)) drawImages(grid, first, images);
  if (animation) await writeAnimation(place, grid.picture, { format: animation, count: latents.count, delayMs });
  else await saveGrid(place, grid, pictureFormatOf(out));

  const leavesRange = method === 'slerp' && latent.distribution === 'uniform';
  const result = { ...used, images: latents.count, method, files: [out] };
  return { ...result, ...(seeds && { seeds }), ...(leavesRange && { note: uniformNote }) };
}

/** The animation's format; undefined for a still picture. */
function formatOf(out: string, { corners }: InterpolateOptions): AnimationFormat | undefined {
  const animation = animationFormatOf(out);
  if (animation && !corners) return animation;
  if (corners) pictureFormatOf(out);
  else pictureFormatOf(out, 'Name a .png or .jpg file for a strip, or a .gif, .webp or .apng file for an animation.');
  return undefined;
}

/** GIF delays are hundredths of a second, and browsers slow down anything below two of them. */
function delayOf(framesPerSecond: number): number {
  if (framesPerSecond >= 0.1 && framesPerSecond <= 50) return Math.round(1000 / framesPerSecond);
  throw new DcganError('usage.interpolation', {
    happened: `${framesPerSecond} frames per second are not possible.`,
    expected: 'Expected 0.1 to 50.',
  });
}
