// Generates folders of pictures for measurements: coloured shapes with noise, the same on every machine.
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { inParallel } from '../../src/data/decode/parallel.ts';
import { RandomStream } from '../../src/random.ts';

export interface Pictures {
  count: number;
  /** Height and width. */
  side: number;
  channels: 1 | 3;
  format: 'jpeg' | 'png';
}

/** Does nothing if the folder exists. */
export async function makePictures(directory: string, pictures: Pictures): Promise<void> {
  if (existsSync(directory)) return;
  const partial = `${directory}.${process.pid}.partial`;
  mkdirSync(partial, { recursive: true });
  const files = inParallel(Array(pictures.count).keys(), (index) => {
    const name = `${String(index).padStart(6, '0')}.${pictures.format}`;
    return encode(pictures, index).toFile(join(partial, name));
  });
  for await (const _ of files);
  renameSync(partial, directory);
}

function encode({ side, channels, format }: Pictures, index: number): Sharp {
  const raw = { width: side, height: side, channels };
  const picture = sharp(draw(side, channels, index), { raw });
  return format === 'jpeg' ? picture.jpeg({ quality: 85 }) : picture.png({ compressionLevel: 3 });
}

const shapes = 6;
const noise = 24; // of 255, so that a photograph's files are about as large

/** Discs and bars of random colours over a random ground, with noise: uint8 [side, side, channels]. */
function draw(side: number, channels: number, index: number): Uint8Array {
  const stream = new RandomStream(0, 'picture', index);
  const pixels = new Uint8Array(side * side * channels);
  const ground = colour(stream, channels);
  for (let i = 0; i < pixels.length; i++) pixels[i] = ground[i % channels]!;
  for (let shape = 0; shape < shapes; shape++) drawShape(pixels, side, colour(stream, channels), stream);
  let bits = 1 + index;
  for (let i = 0; i < pixels.length; i++) {
    bits = (Math.imul(bits, 1664525) + 1013904223) >>> 0; // Numerical Recipes' generator: noise need not be good
    pixels[i] = Math.max(0, Math.min(255, pixels[i]! + ((bits >>> 24) * noise) / 255 - noise / 2));
  }
  return pixels;
}

function drawShape(pixels: Uint8Array, side: number, paint: readonly number[], stream: RandomStream): void {
  const [x, y, size] = [stream.uniform() * side, stream.uniform() * side, (0.05 + 0.25 * stream.uniform()) * side];
  const round = stream.uniform() < 0.5;
  for (let row = Math.max(0, Math.ceil(y - size)); row < Math.min(side, y + size); row++) {
    for (let column = Math.max(0, Math.ceil(x - size)); column < Math.min(side, x + size); column++) {
      if (round && (row - y) ** 2 + (column - x) ** 2 > size ** 2) continue;
      pixels.set(paint, (row * side + column) * paint.length);
    }
  }
}

function colour(stream: RandomStream, channels: number): number[] {
  return Array.from({ length: channels }, () => Math.floor(256 * stream.uniform()));
}
