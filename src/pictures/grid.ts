// Draws images as a grid, batch by batch, with small ones enlarged.
import sharp from 'sharp';
import { writeFileAtomic } from '../system/write-file.ts';
import { comfortableScale, countImages, enlarge, type Images } from './images.ts';
import {
  checkPictureSize,
  encodePicture,
  type Picture,
  type PictureFormat,
  type PictureSize,
  pictureFormatOf,
} from './picture.ts';

export interface GridLayout {
  /** Images per row; the last row may be shorter. */
  columns: number;
  /** Pixels of the picture between and around the images. @default 2 */
  padding?: number | undefined;
  /** Any CSS colour. @default transparent for images with alpha, else white */
  background?: string;
  /** Enlargement of each image, an integer. @default the smallest that makes an image 64 pixels long */
  scale?: number | undefined;
}

export interface Grid {
  picture: Picture;
  columns: number;
  padding: number;
  scale: number;
  background: string;
}

const comfortableLength = 64;

/** The default padding and scale. */
export function gridGeometry(image: { height: number; width: number }): { padding: number; scale: number } {
  return { padding: 2, scale: comfortableScale(image, comfortableLength) };
}

/** An empty grid for `count` images of one size. @throws DcganError `usage.picture-too-large` */
export async function createGrid(image: PictureSize, count: number, layout: GridLayout): Promise<Grid> {
  const { channels } = image;
  const { padding = gridGeometry(image).padding, scale = gridGeometry(image).scale } = layout;
  const { background = channels === 4 ? 'transparent' : 'white' } = layout;
  const columns = Math.min(layout.columns, count);
  const width = columns * (image.width * scale + padding) + padding;
  const height = Math.ceil(count / columns) * (image.height * scale + padding) + padding;
  const size = { width, height, channels };
  checkPictureSize(size, count);
  return { picture: { ...size, pixels: await filled(size, background) }, columns, padding, scale, background };
}

/** Draws images onto a grid, row by row, starting at cell `first`. */
export function drawImages({ picture, columns, padding, scale }: Grid, first: number, images: Images): void {
  const count = countImages(images);
  for (let i = 0; i < count; i++) {
    const image = enlarge(images, i, scale);
    const left = padding + ((first + i) % columns) * (image.width + padding);
    const top = padding + Math.floor((first + i) / columns) * (image.height + padding);
    const rowLength = image.width * image.channels;
    for (let y = 0; y < image.height; y++) {
      const row = image.pixels.subarray(y * rowLength, (y + 1) * rowLength);
      picture.pixels.set(row, ((top + y) * picture.width + left) * picture.channels);
    }
  }
}

/** @throws DcganError `usage.unknown-picture-format`, `usage.cannot-write` */
export async function saveGrid(
  path: string,
  { picture, background }: Grid,
  format: PictureFormat = pictureFormatOf(path),
): Promise<void> {
  const opaque = background === 'transparent' ? 'white' : background;
  await writeFileAtomic(path, await encodePicture(picture, format, opaque));
}

/**
 * Writes images as one picture, row by row; its format follows the extension (png, webp, jpg).
 * @throws DcganError `usage.unknown-picture-format`, `usage.picture-too-large`, `usage.cannot-write`
 */
export async function writeGrid(path: string, images: Images, layout: GridLayout): Promise<void> {
  const grid = await createGrid(images, countImages(images), layout);
  drawImages(grid, 0, images);
  await saveGrid(path, grid);
}

async function filled({ width, height, channels }: PictureSize, background: string): Promise<Uint8Array> {
  const pixel = sharp({ create: { width: 1, height: 1, channels: 4, background } });
  if (channels < 4) pixel.removeAlpha();
  if (channels === 1) pixel.toColourspace('b-w');
  const colour = await pixel.raw().toBuffer();
  return new Uint8Array(Buffer.alloc(width * height * channels, colour));
}
