import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { decodeInThreads } from '../../../src/data/decode/decode-threads.ts';
import { greyPng, temporaryFolder, writeFiles } from '../temporary.ts';

const folder = temporaryFolder();

test('decodes 1,500 PNGs, JPEGs, damaged and missing files in threads, with the results in order', async () => {
  const values = [3, 90, 255];
  const pngs = Object.fromEntries(
    await Promise.all(values.map(async (value) => [`${value}.png`, await greyPng(value)] as const)),
  );
  const jpeg = readFileSync('test/fixtures/jpeg/grey.jpeg');
  writeFiles(folder, { ...pngs, 'grey.jpeg': jpeg, 'cut.jpeg': jpeg.subarray(0, 900), 'text.png': 'no picture' });
  const names = ['3.png', 'grey.jpeg', 'cut.jpeg', '90.png', 'missing.png', 'text.png', '255.png'];
  const sources = Array.from({ length: 1500 }, (_, i) => ({ path: join(folder, names[i % 7]!) }));
  const spec = { directory: folder, height: 2, width: 2, channels: 1, background: 'white', fit: 'fill' } as const;

  const [files, images] = [[] as { digest?: string; reason?: string }[], [] as number[][]];
  for await (const decoded of decodeInThreads(sources, spec)) {
    files.push(...decoded.files);
    for (let at = 0; at < decoded.pixels.length; at += 4) images.push([...decoded.pixels.subarray(at, at + 4)]);
  }
  assert.equal(files.length, 1500);
  const cutDigest = createHash('sha256').update(jpeg.subarray(0, 900)).digest('hex');
  files.forEach(({ digest, reason }, i) => {
    const name = names[i % 7]!;
    assert.equal(reason === undefined, ['3.png', 'grey.jpeg', '90.png', '255.png'].includes(name), `${i} ${name}`);
    assert.equal(digest === undefined, name === 'missing.png', `${i} ${name} ${digest} ${reason}`);
    if (name === 'cut.jpeg') assert.equal(digest, cutDigest);
  });
  const sound = sources.map((_, i) => names[i % 7]!).filter((_, i) => files[i]!.reason === undefined);
  assert.equal(images.length, sound.length);
  sound.forEach((name, i) => {
    if (name.endsWith('.png')) assert.deepEqual(images[i], Array(4).fill(Number.parseInt(name, 10)), `${i} ${name}`);
  });
});
