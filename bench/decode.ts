// Decoding a folder of 20,000 JPEGs into the cache, beside torchvision's DataLoader with two workers: npx tsx bench/decode.ts

import { execFileSync } from 'node:child_process';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spreadOf } from '../src/training/step-times.ts';
import { buildWorkers } from './build.ts';
import { makePictures } from './make-pictures.ts';
import { findPython } from './python.ts';
import { ratioOf } from './statistics.ts';

const rounds = 3;
const side = 64;
const workers = 2;
const peerFile = fileURLToPath(new URL('workers/torchvision_decode.py', import.meta.url));

interface Pass {
  images: number;
  seconds: number;
  /** Seconds of processor time of all threads and workers: what counts where others use the machine too. */
  processor: number;
  versions?: Record<string, string>;
}

/** Takes turns, each in a process of its own. */
async function compare(folder: string): Promise<void> {
  await makePictures(join(folder, 'all'), { count: 20_000, side: 200, channels: 3, format: 'jpeg' });
  const ownFile = join(buildWorkers(), 'decode.js'); // in JavaScript, as the program is published
  const [ours, theirs]: [Pass[], Pass[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    const own = run(process.execPath, [ownFile, folder, String(side)]);
    const peer = run(findPython(), [peerFile, folder, String(side), String(workers)]);
    ours.push(own);
    theirs.push(peer);
    console.log(`this:        ${wordsOf(own)}`);
    console.log(`torchvision: ${wordsOf(peer)} ${JSON.stringify(peer.versions)}`);
  }
  for (const what of ['seconds', 'processor'] as const) {
    const [own, peer] = [ours, theirs].map((passes) => passes.map((pass) => pass[what])) as [number[], number[]];
    const { median, least, most } = ratioOf(peer, own);
    console.log(`${what}: this ${spreadOf(own).median.toFixed(2)}, torchvision ${spreadOf(peer).median.toFixed(2)};`);
    console.log(`${median.toFixed(2)} times as fast (${least.toFixed(2)} to ${most.toFixed(2)})`);
  }
}

function wordsOf({ images, seconds, processor }: Pass): string {
  return `${images} images in ${seconds.toFixed(2)} s, ${processor.toFixed(2)} s of processor time`;
}

function run(command: string, args: string[]): Pass {
  const env = { ...process.env, UV_THREADPOOL_SIZE: String(Math.max(4, availableParallelism())) }; // as bin/dcgan.cjs sets it
  return JSON.parse(execFileSync(command, args, { encoding: 'utf8', env })) as Pass;
}

await compare(process.argv[2] ?? join(tmpdir(), 'dcgan-bench', 'jpeg-200-20000'));
