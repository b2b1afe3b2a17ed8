// dcgan sample: seeds or latent vectors -> one picture, or one file per image.
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Config } from '../config/config.ts';
import { DcganError } from '../errors.ts';
import { createGrid, drawImages, saveGrid } from '../pictures/grid.ts';
import { checkReplaceable, resolveOutputPath } from '../pictures/output-path.ts';
import { checkPictureSize, type PictureFormat, pictureFormatOf } from '../pictures/picture.ts';
import { imagePath, writeImages } from '../pictures/single-images.ts';
import { refuseAmongCheckpoints } from '../runs/run-files.ts';
import { givenLatents, type LatentSource, seededLatents } from '../sampling/latent-source.ts';
import { type GivenLatents, readLatents } from '../sampling/latents-file.ts';
import {
  type CheckpointUsed,
  makeImages,
  openNamed,
  type SamplingIo,
  type SamplingOptions,
  silent,
} from '../sampling/sampling.ts';
import { checkSeeds, firstSeeds } from '../sampling/seed-ranges.ts';
import type { TrainedGenerator } from '../sampling/trained-generator.ts';
import { makeFolder, writingTo } from '../system/write-file.ts';

export interface SampleOptions extends SamplingOptions {
  /** One image per seed. */
  seeds?: readonly number[];
  /** Latent vectors in place of seeds, or the path of a JSON file with them. */
  latents?: GivenLatents;
  /** Number of images for seeds 0, 1, 2 and so on, if neither is given. @default as many as `grid` holds, or 64 */
  count?: number;
  /** The picture to write. @default 'samples.png' */
  out?: string;
  /** Columns and rows of the picture. @default about square */
  grid?: { columns: number; rows: number };
  /** Images per row, instead of `grid`. */
  columns?: number;
  /** Pixels between and around the images. @default 2 */
  padding?: number;
  /** Enlargement factor. @default makes images about 64 pixels long, in separate files 1 */
  scale?: number;
  /** Folder for one file per image, named by seed, in place of one picture. */
  separate?: string;
  /** Overwrites a file even if dcgan did not draw it. */
  force?: boolean;
  /** Format of the files in `separate`. @default 'png' */
  format?: PictureFormat;
}

export interface SampleResult extends CheckpointUsed {
  images: number;
  /** The images' seeds; absent if latent vectors were given. */
  seeds?: readonly number[];
  /** The picture, or one file per image in order. */
  files: string[];
}

/**
 * Generates images with a trained generator.
 * @throws DcganError `usage.seeds`, `usage.latents`, `usage.grid`, `usage.picture-too-large`, `usage.unknown-picture-format`,
 * `usage.cannot-write`, and what opening a checkpoint or an engine throws
 */
export async function sample(options: SampleOptions, io: SamplingIo = silent): Promise<SampleResult> {
  const { generator, used } = await openNamed(options, io);
  const latents = await chooseLatents(options, generator.config);
  const write = options.separate === undefined ? writePicture : writeSeparately;
  const files = await write(generator, latents, options, io);
  const { count, seeds } = latents;
  return { ...used, images: count, ...(seeds && { seeds }), files };
}

async function chooseLatents(options: SampleOptions, { generator: { latent } }: Config): Promise<LatentSource> {
  if (options.latents !== undefined) {
    return givenLatents(await readLatents(options.latents, latent.size), latent.size);
  }
  const { grid, count = grid ? grid.columns * grid.rows : 64 } = options;
  const seeds = options.seeds ?? firstSeeds(count);
  checkSeeds(seeds);
  return seededLatents(latent, options.separate === undefined ? seeds : [...new Set(seeds)]); // one file per seed
}

async function writePicture(
  generator: TrainedGenerator,
  latents: LatentSource,
  options: SampleOptions,
  io: SamplingIo,
): Promise<string[]> {
  const { out = 'samples.png', padding, scale } = options;
  const format = pictureFormatOf(out);
  const place = await resolveOutputPath(out, options);
  const { columns, cells } = shapeOf(latents.count, options);
  const grid = await createGrid(generator.config.data, cells, { columns, padding, scale });
  for await (const { first, images } of makeImages(generator, latents, options, io)) drawImages(grid, first, images);
  await saveGrid(place, grid, format);
  return [out];
}

/** Images per row, and number of cells. */
function shapeOf(count: number, { grid, columns }: SampleOptions): { columns: number; cells: number } {
  if (!grid) return { columns: columns ?? Math.ceil(Math.sqrt(count)), cells: count };
  const cells = grid.columns * grid.rows;
  if (count <= cells) return { columns: grid.columns, cells };
  throw new DcganError('usage.grid', {
    happened: `${count} images do not fit into a grid of ${grid.columns} x ${grid.rows}.`,
    expected: `It has ${cells} cells.`,
    fix: `--grid ${grid.columns}x${Math.ceil(count / grid.columns)}`,
  });
}

async function writeSeparately(
  generator: TrainedGenerator,
  latents: LatentSource,
  options: SampleOptions,
  io: SamplingIo,
): Promise<string[]> {
  const { separate = '.', format = 'png', scale = 1 } = options;
  const { height, width, channels } = generator.config.data;
  checkPictureSize({ height: height * scale, width: width * scale, channels }, 1);
  await refuseAmongCheckpoints(join(separate, 'images'));
  await makeFolder(separate);
  const nameOf = (image: number) => String(latents.seeds?.[image] ?? image).padStart(6, '0');
  const existing = new Set(await writingTo(separate, () => readdir(separate)));
  for (let image = 0; image < latents.count; image++) {
    const path = imagePath(separate, nameOf(image), format);
    if (existing.has(basename(path))) await checkReplaceable(path, options);
  }
  const files: string[] = [];
  for await (const { first, images } of makeImages(generator, latents, options, io)) {
    const own = { nameOf: (i: number) => nameOf(first + i), format, scale };
    files.push(...(await writeImages(separate, images, own)));
  }
  return files;
}
