// The next start uses the images that an interrupted decode had finished, and only those that are still valid.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type DatasetSpec, openImages } from '../../../src/data/dataset/open.ts';
import { greyPng, writeFiles } from '../temporary.ts';
import { cache, manyGreys, open, root, values } from './grey-folders.ts';

const images = join(cache, 'images');
const packedFiles = () => readdirSync(images).filter((name) => name.endsWith('.images'));

/** Opens a folder and stops when so many images are decoded. */
async function stopAt(directory: string, atImage: number, changes: Partial<DatasetSpec> = {}): Promise<void> {
  const stopping = new AbortController();
  const size = { height: 2, width: 2, channels: 1, background: 'white', fit: 'cover' } as const;
  const onProgress = ({ phase, done }: { phase: string; done: number }) => {
    if (phase === 'decode' && done === atImage) stopping.abort(new Error('stopped'));
  };
  await assert.rejects(openImages({ directory, ...size, ...changes }, onProgress, stopping.signal), /stopped/);
}

/** The packed file that stopping adds to the cache. */
async function leftBy(directory: string, atImage: number): Promise<string> {
  const before = new Set(packedFiles());
  await stopAt(directory, atImage);
  const added = packedFiles().filter((name) => !before.has(name));
  assert.equal(added.length, 1);
  return join(images, added[0]!);
}

/** The fingerprint and every image, decoded without interruption into a separate cache. */
async function undisturbed(directory: string, changes: Partial<DatasetSpec> = {}) {
  process.env['DCGAN_CACHE'] = join(root, 'another-cache');
  try {
    const { dataset } = await open(directory, { ...changes, verify: true });
    return contentsOf(dataset);
  } finally {
    process.env['DCGAN_CACHE'] = cache;
  }
}

function contentsOf(dataset: Awaited<ReturnType<typeof open>>['dataset']) {
  const { fingerprint, count, skipped, notes } = dataset;
  const pixels = dataset.read(Array.from({ length: count }, (_, i) => i));
  dataset.close();
  return { fingerprint, count, skipped, notes, pixels: Buffer.from(pixels).toString('hex') };
}

/** 200 images, one of them damaged. */
async function folderWithDamage(name: string): Promise<string> {
  const folder = await manyGreys(name, 200);
  return writeFiles(folder, { '010.png': 'this is text' });
}

test('the next start decodes the missing images, with the same result as without an interruption', async () => {
  const folder = await folderWithDamage('half');
  await stopAt(folder, 100);
  const { dataset, decoded } = await open(folder);
  assert.equal(decoded, 200 - 128 + 1, 'two batches of 64 were decoded; the damaged file is tried again');
  assert.deepEqual(contentsOf(dataset), await undisturbed(folder));
  const again = await open(folder);
  assert.equal(again.decoded, 0);
  again.dataset.close();
});

test('a decode that is interrupted repeatedly finishes', async () => {
  const folder = await manyGreys('often', 256);
  for (const atImage of [64, 65, 129]) await stopAt(folder, atImage);
  const { dataset, decoded } = await open(folder);
  assert.equal(decoded, 64);
  assert.deepEqual(contentsOf(dataset), await undisturbed(folder));
});

test('detects a file that was changed, added or removed in between', async () => {
  const folder = await manyGreys('edited-in-between', 200);
  await stopAt(folder, 100);
  writeFiles(folder, { '005.png': await greyPng(222), '020a.png': await greyPng(223) });
  const { dataset, decoded } = await open(folder);
  assert.equal(decoded, 200 - 128 + 2);
  const found = values(dataset);
  assert.deepEqual([found[4], found[5], found[6], found[20], found[21], found[22]], [4, 222, 6, 20, 223, 21]);
  assert.deepEqual(contentsOf(dataset), await undisturbed(folder));
});

test('starts from the beginning for another size, channel count, background, fit or gray', async () => {
  const folder = await manyGreys('other-settings', 200);
  await stopAt(folder, 100);
  const others = [
    { height: 3 },
    { channels: 3 },
    { background: 'red' },
    { fit: 'fill' },
    { gray: 'rec601' },
    { stretch: true },
  ] as const;
  for (const changes of others) {
    const { dataset, decoded } = await open(folder, changes);
    assert.equal(decoded, 'stretch' in changes ? 400 : 200, JSON.stringify(changes));
    assert.deepEqual(contentsOf(dataset), await undisturbed(folder, changes));
  }
});

test('keeps the levels of stretched images, and their pixels unless the range of the data set changes', async () => {
  const folder = await manyGreys('stretched', 200);
  for (const [atImage, missing] of [
    [100, 272],
    [300, 72],
  ] as const) {
    // biome-ignore format: one thought
    await stopAt(folder, atImage, { stretch: true });
    const { dataset, decoded } = await open(folder, { stretch: true });
    assert.equal(decoded, missing, `stopped at ${atImage}`);
    assert.deepEqual(contentsOf(dataset), await undisturbed(folder, { stretch: true }));
    writeFiles(folder, { '003.png': await greyPng(3) }); // changes its modification time for the next round
  }
  await stopAt(folder, 300, { stretch: true });
  writeFiles(folder, { '003.png': await greyPng(250) });
  const { dataset, decoded } = await open(folder, { stretch: true });
  assert.equal(decoded, 1 + 200);
  assert.deepEqual(contentsOf(dataset), await undisturbed(folder, { stretch: true }));
});

test('decodes images again that are damaged in the unfinished file', async () => {
  const folder = await manyGreys('rotten-part', 200);
  const left = await leftBy(folder, 100);
  const whole = readFileSync(left);
  const expected = await undisturbed(folder);
  const damagedImage = Buffer.from(whole);
  damagedImage[4 * 50] = damagedImage[4 * 50]! ^ 1;
  for (const [bytes, missing] of [
    [damagedImage, 73],
    [whole.subarray(0, -1), 200],
    ['', 200],
  ] as const) {
    // biome-ignore format: one thought
    writeFileSync(left, bytes);
    const { dataset, decoded } = await open(folder, { damagedLimit: 0 });
    assert.equal(decoded, missing);
    assert.deepEqual(contentsOf(dataset), expected);
    writeFiles(folder, { '199.png': await greyPng(199) }); // so that the next start decodes again
  }
});

test('an unfinished file counts towards the cache limit, and is removed when decoding finishes', async () => {
  const folder = await manyGreys('bounded', 200);
  const left = await leftBy(folder, 100);
  assert.ok(statSync(left).size > 128 * 4);
  (await open(folder)).dataset.close();
  assert.ok(!existsSync(left));
  const other = await manyGreys('bounded-too', 200);
  process.env['DCGAN_CACHE_GIB'] = '0';
  try {
    await stopAt(other, 100);
  } finally {
    delete process.env['DCGAN_CACHE_GIB'];
  }
  assert.equal((await open(other)).decoded, 200);
});

test('an interruption leaves nothing behind if the cache cannot be written', async () => {
  const folder = await manyGreys('no-cache', 200);
  const file = join(writeFiles(root, { 'cache-file': '' }), 'cache-file');
  process.env['DCGAN_CACHE'] = join(file, 'below');
  try {
    await stopAt(folder, 100);
    const { dataset, decoded } = await open(folder);
    assert.equal(decoded, 200);
    assert.equal(values(dataset)[199], 199);
  } finally {
    process.env['DCGAN_CACHE'] = cache;
  }
});
