// Decodes every file of a folder in a process of its own and prints, per file, what came of it; then the peak of its memory.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeImage } from '../../src/data/decode.ts';
import { messageOf } from '../../src/errors.ts';

const [folder, channels] = process.argv.slice(2);
const count = Number(channels) as 1 | 3 | 4;
const spec = { directory: '', height: 8, width: 8, channels: count, background: 'white', fit: 'cover' } as const;

const results: Record<string, number | string> = {};
for (const name of readdirSync(folder!).sort()) {
  results[name] = await decodeImage(readFileSync(join(folder!, name)), spec).then(({ length }) => length, messageOf);
}
console.log(JSON.stringify({ results, peakMiB: process.resourceUsage().maxRSS / 1024 }));
