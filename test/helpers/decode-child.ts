// Decodes every file of a folder in a child process, concurrently with `together`; prints the result of each and the peak memory.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeImage } from '../../src/data/decode/decode.ts';
import { createMutex } from '../../src/data/decode/mutex.ts';
import { messageOf } from '../../src/errors.ts';

const [folder, channels, together] = process.argv.slice(2);
const count = Number(channels) as 1 | 3 | 4;
const spec = { directory: '', height: 8, width: 8, channels: count, background: 'white', fit: 'cover' } as const;

const mutex = createMutex();
const results: Record<string, number | string> = {};
const decode = async (name: string) => {
  const bytes = readFileSync(join(folder!, name));
  results[name] = await decodeImage(bytes, spec, mutex).then(({ length }) => length, messageOf);
};
const names = readdirSync(folder!).sort();
if (together) await Promise.all(names.map(decode));
else for (const name of names) await decode(name);
console.log(JSON.stringify({ results, peakMiB: process.resourceUsage().maxRSS / 1024 }));
