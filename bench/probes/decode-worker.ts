// Decodes a folder of images into an empty cache and prints the time as a line of JSON.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openImages } from '../../src/data/dataset/open.ts';

const [directory, sideText] = process.argv.slice(2) as [string, string];
const side = Number(sideText);
const cache = mkdtempSync(join(tmpdir(), 'dcgan-decode-'));
process.env['DCGAN_CACHE'] = cache;
const used = process.cpuUsage();
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
const { user, system } = process.cpuUsage(used);
dataset.close();
rmSync(cache, { recursive: true });
console.log(JSON.stringify({ images: dataset.count, seconds, processor: (user + system) / 1e6 }));
