// Times decoding 20,000 JPEGs into the cache against torchvision's DataLoader with two workers: npx tsx bench/probes/decode.ts

import { execFileSync } from 'node:child_process';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spreadOf } from '../../src/training/step-times.ts';
import { buildWorkers } from '../build.ts';
import { findPython } from '../python.ts';
import { ratioOf } from '../statistics.ts';
import { makePictures } from './make-pictures.ts';

const rounds = 3;
const side = 64;
const workers = 2;
const peerFile = fileURLToPath(new URL('torchvision_decode.py', import.meta.url));

interface Pass {
  images: number;
  seconds: number;
  /** Processor time of all threads and workers in seconds, which other programs on the machine disturb less. */
  processor: number;
  versions?: Record<string, string>;
}

/** Alternates the two programs, each pass in its own process. */
async function compare(folder: string): Promise<void> {
  await makePictures(join(folder, 'all'), { count: 20_000, side: 200, channels: 3, format: 'jpeg' });
  const ownFile = join(buildWorkers(), '../probes/decode-worker.js'); // JavaScript, as in the published package
  const [ours, theirs]: [Pass[], Pass[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    const own = run(process.execPath, [ownFile, folder, String(side)]);
    const peer = run(findPython(), [peerFile, folder, String(side), String(workers)]);
    ours.push(own);
    theirs.push(peer);
    console.log(`this:        ${describePass(own)}`);
    console.log(`torchvision: ${describePass(peer)} ${JSON.stringify(peer.versions)}`);
  }
  for (const what of ['seconds', 'processor'] as const) {
    const [own, peer] = [ours, theirs].map((passes) => passes.map((pass) => pass[what])) as [number[], number[]];
    const { median, least, most } = ratioOf(peer, own);
    console.log(`${what}: this ${spreadOf(own).median.toFixed(2)}, torchvision ${spreadOf(peer).median.toFixed(2)};`);
    console.log(`${median.toFixed(2)} times as fast (${least.toFixed(2)} to ${most.toFixed(2)})`);
  }
}

function describePass({ images, seconds, processor }: Pass): string {
  return `${images} images in ${seconds.toFixed(2)} s, ${processor.toFixed(2)} s of processor time`;
}

function run(command: string, args: string[]): Pass {
  const env = { ...process.env, UV_THREADPOOL_SIZE: String(Math.max(4, availableParallelism())) }; // as bin/dcgan.cjs sets it
  return JSON.parse(execFileSync(command, args, { encoding: 'utf8', env })) as Pass;
}

await compare(process.argv[2] ?? join(tmpdir(), 'dcgan-bench', 'jpeg-200-20000'));
