// Measures peak memory against the number of images while they are decoded and read: npx tsx bench/probes/memory.ts [folder]
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createBatchOrder } from '../../src/data/dataset/batches.ts';
import { type ImageSpec, openImages } from '../../src/data/dataset/open.ts';
import { peakMiB } from '../processes.ts';
import { makePictures } from './make-pictures.ts';

const counts = [1000, 10_000, 100_000];
const kinds = [
  { side: 28, channels: 1 },
  { side: 64, channels: 3 },
] as const;
const batchSize = 64;

type Kind = (typeof kinds)[number];
const jobs = ['decode', 'read', 'nothing'] as const;

/** Each number in the table is the peak of its own process. */
async function printTable(folder: string): Promise<void> {
  const cache = join(folder, 'cache');
  rmSync(cache, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  console.log(
    '| images | pixels, MiB | decode: peak MiB | s | read an epoch: peak MiB | s | without images: peak MiB |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- |');
  for (const kind of kinds) {
    for (const count of counts) {
      const directory = join(folder, `png-${kind.side}-${kind.channels}-${count}`);
      await makePictures(directory, { count, ...kind, format: 'png' });
      const [decode, read, nothing] = jobs.map((job) => measure(job, directory, kind, cache));
      const pixels = (count * kind.side ** 2 * kind.channels) / 2 ** 20;
      const cells = [decode!.peak, decode!.s, read!.peak, read!.s, nothing!.peak].map((value) => value.toFixed(0));
      console.log(
        `| ${count} of ${kind.side} x ${kind.side} x ${kind.channels} | ${pixels.toFixed(1)} | ${cells.join(' | ')} |`,
      );
    }
  }
}

function measure(
  job: (typeof jobs)[number],
  directory: string,
  kind: Kind,
  cache: string,
): { peak: number; s: number } {
  const threads = String(Math.max(4, availableParallelism())); // as bin/dcgan.cjs sets it
  const env = { ...process.env, DCGAN_CACHE: cache, UV_THREADPOOL_SIZE: threads };
  const args = [fileURLToPath(import.meta.url), job, directory, String(kind.side), String(kind.channels)];
  return JSON.parse(
    execFileSync(process.execPath, ['--import', import.meta.resolve('tsx'), ...args], { encoding: 'utf8', env }),
  );
}

async function work(job: string, directory: string, side: number, channels: number): Promise<void> {
  const began = performance.now();
  if (job !== 'nothing') {
    const size = { height: side, width: side, channels: channels as ImageSpec['channels'] };
    const dataset = await openImages({ directory, ...size, background: '#ffffff', fit: 'cover' });
    const plan = { count: dataset.count, batchSize, lastBatch: 'drop' } as const;
    const order = createBatchOrder(plan, 0);
    for (let batch = 0; job === 'read' && batch < Math.floor(plan.count / batchSize); batch++)
      dataset.read(order(0, batch));
    dataset.close();
  }
  console.log(JSON.stringify({ peak: peakMiB(process.pid), s: (performance.now() - began) / 1000 }));
}

const [job, directory, side, channels] = process.argv.slice(2);
if (directory === undefined) await printTable(job ?? join(tmpdir(), 'dcgan-bench'));
else await work(job!, directory, Number(side), Number(channels));
