// Measures memory while folders of many or of large pictures are opened, each in its own process: npx tsx bench/probes/pictures.ts [--quick]
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp, { type Sharp } from 'sharp';
import { openImages } from '../../src/data/dataset/open.ts';
import { peakMiB } from '../processes.ts';
import { makePictures } from './make-pictures.ts';

const copies = 4;

const formats: Record<string, (picture: Sharp) => Sharp> = {
  png: (picture) => picture.png(),
  'interlaced.png': (picture) => picture.png({ progressive: true }),
  jpg: (picture) => picture.jpeg(),
  'progressive.jpg': (picture) => picture.jpeg({ progressive: true }),
  webp: (picture) => picture.webp({ effort: 0 }),
  gif: (picture) => picture.gif({ effort: 1 }),
  avif: (picture) => picture.avif({ effort: 0 }),
};

async function compare(folder: string, quick: boolean): Promise<void> {
  const many = quick ? 2_000 : 60_000;
  await makePictures(join(folder, 'many'), { count: many, side: 28, channels: 1, format: 'png' });
  await makePictures(join(folder, 'few'), { count: 500, side: 28, channels: 1, format: 'png' });
  const sides = quick ? [1000] : [1000, 4000, 8000, 16_000];
  for (const side of sides) await makeLarge(join(folder, `${side} x ${side}`), side);
  console.log('| folder | files | seconds | peak MiB |\n| --- | --- | --- | --- |');
  const args = ['--import', import.meta.resolve('tsx'), fileURLToPath(import.meta.url), '--once'];
  const env = { ...process.env, UV_THREADPOOL_SIZE: String(Math.max(4, availableParallelism())) }; // as bin/dcgan.cjs sets it
  for (const name of ['few', 'many', ...sides.map((side) => `${side} x ${side}`)]) {
    const found = execFileSync(process.execPath, [...args, join(folder, name)], { encoding: 'utf8', env });
    const { files, seconds, peak } = JSON.parse(found) as { files: number; seconds: number; peak: number };
    console.log(`| ${name} | ${files} | ${seconds.toFixed(1)} | ${peak.toFixed(0)} |`);
  }
}

/** A few RGBA pictures of every kind, of as many pixels. */
async function makeLarge(folder: string, side: number): Promise<void> {
  mkdirSync(folder);
  const base = sharp({ create: { width: side, height: side, channels: 3, background: '#4080c0' } }).linear(0.9, 5);
  const raw = await base.raw().toBuffer();
  for (const [ending, write] of Object.entries(formats)) {
    if (side > 4000 && /avif|gif/.test(ending)) continue; // minutes to write
    if (side > 8000 && !/^(interlaced|progressive)/.test(ending)) continue; // read in lines; too large for the encoder of WebP
    const first = join(folder, `0.${ending}`);
    await write(sharp(raw, { raw: { width: side, height: side, channels: 3 } })).toFile(first);
    for (let copy = 1; copy < copies; copy++) cpSync(first, join(folder, `${copy}.${ending}`));
  }
}

/** Opens a folder into an empty cache. */
async function once(directory: string): Promise<void> {
  const cache = mkdtempSync(join(tmpdir(), 'dcgan-pictures-'));
  process.env['DCGAN_CACHE'] = cache;
  const began = performance.now();
  const dataset = await openImages({
    directory,
    height: 64,
    width: 64,
    channels: 3,
    background: 'white',
    fit: 'cover',
  });
  const seconds = (performance.now() - began) / 1000;
  dataset.close();
  rmSync(cache, { recursive: true });
  console.log(JSON.stringify({ files: readdirSync(directory).length, seconds, peak: peakMiB(process.pid) }));
}

const onceAt = process.argv.indexOf('--once');
if (onceAt >= 0) await once(process.argv[onceAt + 1]!);
else {
  const folder = mkdtempSync(join(tmpdir(), 'dcgan-pictures-'));
  await compare(folder, process.argv.includes('--quick')).finally(() => rmSync(folder, { recursive: true }));
}
