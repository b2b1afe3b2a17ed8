// Decoding a folder of 20,000 JPEGs into the cache, beside torchvision's DataLoader with two workers: npx tsx bench/decode.ts

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spreadOf } from '../src/commands/step-times.ts';
import { openImages } from '../src/data/open.ts';
import { makePictures } from './make-pictures.ts';
import { findPython } from './python.ts';
import { ratioOf } from './statistics.ts';

const rounds = 3;
const side = 64;
const workers = 2;
const thisFile = fileURLToPath(import.meta.url);
const peerFile = fileURLToPath(new URL('workers/torchvision_decode.py', import.meta.url));

interface Pass {
  images: number;
  seconds: number;
  versions?: Record<string, string>;
}

/** Takes turns, each in a process of its own. */
async function compare(folder: string): Promise<void> {
  await makePictures(join(folder, 'all'), { count: 20_000, side: 200, channels: 3, format: 'jpeg' });
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    const own = run(process.execPath, ['--import', import.meta.resolve('tsx'), thisFile, '--once', folder]);
    const peer = run(findPython(), [peerFile, folder, String(side), String(workers)]);
    ours.push(own.seconds);
    theirs.push(peer.seconds);
    console.log(`${own.images} images: this ${own.seconds.toFixed(2)} s`);
    console.log(`${peer.images} images: torchvision ${peer.seconds.toFixed(2)} s ${JSON.stringify(peer.versions)}`);
  }
  const { median, least, most } = ratioOf(theirs, ours);
  console.log(`this ${spreadOf(ours).median.toFixed(2)} s, torchvision ${spreadOf(theirs).median.toFixed(2)} s;`);
  console.log(`${median.toFixed(2)} times as fast (${least.toFixed(2)} to ${most.toFixed(2)})`);
}

function run(command: string, args: string[]): Pass {
  const env = { ...process.env, UV_THREADPOOL_SIZE: String(Math.max(4, availableParallelism())) }; // as bin/dcgan.cjs sets it
  return JSON.parse(execFileSync(command, args, { encoding: 'utf8', env })) as Pass;
}

/** One pass into an empty cache. */
async function once(directory: string): Promise<Pass> {
  const cache = mkdtempSync(join(tmpdir(), 'dcgan-decode-'));
  process.env['DCGAN_CACHE'] = cache;
  const began = performance.now();
  const dataset = await openImages({
    directory,
    height: side,
    width: side,
    channels: 3,
    background: '#ffffff',
    fit: 'cover',
  });
  const seconds = (performance.now() - began) / 1000;
  dataset.close();
  rmSync(cache, { recursive: true });
  return { images: dataset.count, seconds };
}

const [mode, folder = join(tmpdir(), 'dcgan-bench', 'jpeg-200-20000')] = process.argv.slice(2);
if (mode === '--once') console.log(JSON.stringify(await once(folder)));
else await compare(mode ?? folder);
