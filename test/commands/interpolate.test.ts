import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import sharp from 'sharp';
import { type InterpolateOptions, interpolate } from '../../src/commands/interpolate.ts';
import { sample } from '../../src/commands/sample.ts';
import { train } from '../../src/commands/train.ts';
import { latentsOfSeeds } from '../../src/models/latents.ts';
import { temporaryFolder, tinyConfig, writeJsonFile, writePictures } from '../helpers/temporary-run.ts';

const root = temporaryFolder();
const at = (name: string) => join(root, name);
const normal = { size: 4, distribution: 'normal' } as const;
let checkpoint: string;

async function trained(name: string, latent: object): Promise<string> {
  const content = tinyConfig();
  const config = writeJsonFile(at(`${name}.json`), {
    ...content,
    generator: { ...content.generator, latent },
    training: { ...content.training, steps: 3 },
  });
  const io = { onEvent: () => {}, shouldStop: () => false };
  return (await train({ config, set: [], engine: 'wasm', root, fresh: false }, io)).runHash;
}

before(async () => {
  await writePictures(at('pictures'), 10);
  checkpoint = await trained('normal', normal);
});

const options = (more: Partial<InterpolateOptions>): InterpolateOptions => ({
  checkpoint,
  engine: 'wasm',
  root,
  ...more,
});

const pixelsOf = (path: string) => sharp(path).extractChannel(0).raw().toBuffer();

/** The frames of an interpolation as raw pixels, 64 bytes each, in a strip below one another. */
async function framesOf(name: string, more: Partial<InterpolateOptions>): Promise<Uint8Array[]> {
  const { images } = await interpolate(options({ out: at(name), columns: 1, padding: 0, scale: 1, ...more }));
  const pixels = await pixelsOf(at(name));
  assert.equal(pixels.length, images * 64);
  return Array.from({ length: images }, (_, i) => pixels.subarray(i * 64, (i + 1) * 64));
}

/** The images of latent vectors, in the same form. */
async function imagesOf(name: string, vectors: number[][]): Promise<Uint8Array[]> {
  const latents = writeJsonFile(at(`${name}.json`), vectors);
  const layout = { columns: 1, padding: 0, scale: 1, out: at(`${name}.png`) };
  await sample({ checkpoint, latents, engine: 'wasm', root, ...layout });
  const pixels = await pixelsOf(at(`${name}.png`));
  return vectors.map((_, i) => pixels.subarray(i * 64, (i + 1) * 64));
}

const vectorOf = (seed: number) => [...latentsOfSeeds(normal, [seed])];

test('defaults to eleven images on a straight line, in one row', async () => {
  const result = await interpolate(options({ seeds: [5, 9], out: at('strip.png') }));
  assert.deepEqual(
    [result.images, result.method, result.seeds, result.files],
    [11, 'linear', [5, 9], [at('strip.png')]],
  );
  assert.equal('note' in result, false);
  const { width, height } = await sharp(at('strip.png')).metadata();
  assert.deepEqual([width, height], [11 * 66 + 2, 68]);
  const [from, to] = [vectorOf(5), vectorOf(9)];
  const weights = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
  const expected = weights.map((t) => from.map((value, i) => (1 - t) * value + t * to[i]!));
  assert.deepEqual(await framesOf('frames.png', { seeds: [5, 9] }), await imagesOf('expected', expected));
});

test('a loop through three seeds contains each of them, without repeated frames', async () => {
  const frames = await framesOf('loop.png', {
    seeds: [5, 9, 2],
    loop: true,
    frames: 5,
    method: 'slerp',
    easing: 'ease-in-out',
  });
  assert.equal(frames.length, 12);
  const keys = await imagesOf('keys', [5, 9, 2].map(vectorOf));
  assert.deepEqual([frames[0], frames[4], frames[8]], keys);
  assert.equal(new Set(frames.map(String)).size, 12);
});

test('interpolates through latent vectors of a file', async () => {
  const vectors = [
    [0, 0, 0, 1],
    [1, 0, 0, 0],
  ];
  const frames = await framesOf('file.png', { latents: writeJsonFile(at('path.json'), vectors), frames: 3 });
  assert.deepEqual(frames, await imagesOf('points', [vectors[0]!, [0.5, 0, 0, 0.5], vectors[1]!]));
});

test('a grid has the images of its seeds in its corners', async () => {
  const layout = { corners: [5, 9, 2, 7], grid: { columns: 3, rows: 2 }, padding: 0, scale: 1, out: at('grid.webp') };
  const { images } = await interpolate(options(layout));
  assert.equal(images, 6);
  const grid = sharp(at('grid.webp')).extractChannel(0);
  const corner = (left: number, top: number) =>
    grid.clone().extract({ left, top, width: 8, height: 8 }).raw().toBuffer();
  const corners = [await corner(0, 0), await corner(16, 0), await corner(0, 8), await corner(16, 8)];
  assert.deepEqual(
    corners,
    (await imagesOf('corners', [5, 9, 2, 7].map(vectorOf))).map((image) => Buffer.from(image)),
  );
});

test('animations have 31 frames of at least 256 pixels, at the requested speed', async () => {
  for (const out of ['a.gif', 'a.webp', 'a.apng']) {
    const { images } = await interpolate(options({ out: at(out), framesPerSecond: 20 }));
    assert.equal(images, 31);
    const { width, pages, delay } = await sharp(at(out), { animated: true }).metadata();
    assert.equal(width, 256);
    if (out !== 'a.apng') assert.deepEqual([pages, new Set(delay)], [31, new Set([50])]);
  }
});

test('slerp with uniform latents works and adds a note', async () => {
  const uniform = await trained('uniform', { size: 4, distribution: 'uniform' });
  const { note } = await interpolate(options({ checkpoint: uniform, method: 'slerp', out: at('uniform.png') }));
  assert.match(note ?? '', /uniform in \[-1, 1\): slerp keeps their length, but some values may leave that range/);
  const linear = await interpolate(options({ checkpoint: uniform, out: at('uniform.png') }));
  assert.equal('note' in linear, false);
});

test('rejects invalid options without writing a file', async () => {
  const table: [more: Partial<InterpolateOptions>, code: string, message: RegExp][] = [
    [
      { seeds: [1] },
      'usage.interpolation',
      /An interpolation needs at least two seeds or latent vectors\.\n--from 1 --to 2, or --seeds 1,5,9/,
    ],
    [{ seeds: [1, -2] }, 'usage.seeds', /-2 is not a seed/],
    [{ frames: 1 }, 'usage.interpolation', /1 is too few frames/],
    [{ seeds: [1, 2, 3], frames: 60_000 }, 'usage.interpolation', /119999 images were requested, more than 100000/],
    [{ corners: [1, 2, 3] }, 'usage.interpolation', /A grid has four corners, not 3/],
    [
      { corners: [1, 2, 3, 4], grid: { columns: 1, rows: 8 } },
      'usage.interpolation',
      /A grid of 1 x 8 does not have four corners/,
    ],
    [{ grid: { columns: 8, rows: 8 } }, 'usage.interpolation', /needs four corners, but none were given/],
    [{ latents: at('normal.json') }, 'usage.latents', /is not a list of vectors/],
    [
      { out: at('none.mp4') },
      'usage.unknown-picture-format',
      /\.mp4, which is not a supported format\.\nName a \.png or \.jpg file for/,
    ],
    [
      { out: at('none.gif'), corners: [1, 2, 3, 4] },
      'usage.unknown-picture-format',
      /Name a \.png, \.webp or \.jpg file/,
    ],
    [{ out: at('none.gif'), framesPerSecond: 60 }, 'usage.interpolation', /60 frames per second are not possible/],
    [{ out: at('nowhere/none.gif') }, 'usage.cannot-write', /its folder does not exist/],
    [
      { out: at('none.gif'), scale: 4000 },
      'usage.picture-too-large',
      /31 images would need one file of 32000 x 992000 pixels/,
    ],
    [{ checkpoint: 'nothing' }, 'checkpoint.unknown', /There is no checkpoint called "nothing"/],
  ];
  for (const [more, code, message] of table) {
    await assert.rejects(interpolate(options({ out: at('none.png'), ...more })), { code, message });
  }
  assert.ok(!['none.png', 'none.gif', 'none.mp4'].some((name) => existsSync(at(name))));
});
