import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { openImages } from '../../../src/data/dataset/open.ts';
import type { DcganError } from '../../../src/errors.ts';
import { greyPng, temporaryFolder, writeFiles } from '../temporary.ts';

const root = temporaryFolder();
const cache = join(process.env['DCGAN_CACHE']!, 'images');
afterEach(() => delete process.env['DCGAN_CACHE_GIB']);

/** A folder of one 2 x 2 grey image. */
async function folderOf(grey: number): Promise<string> {
  return writeFiles(join(root, `grey-${grey}`), { 'a.png': await greyPng(grey) });
}

function open(directory: string) {
  return openImages({ directory, height: 2, width: 2, channels: 1, background: 'white', fit: 'cover' });
}

/** Opens a folder, and dates and returns the packed file that this adds. */
async function openAndDate(directory: string, second: number): Promise<string> {
  const before = new Set(packedFiles());
  (await open(directory)).close();
  const added = packedFiles().filter((name) => !before.has(name));
  assert.equal(added.length, 1);
  utimesSync(join(cache, added[0]!), second, second);
  return added[0]!;
}

function packedFiles(): string[] {
  return existsSync(cache) ? readdirSync(cache).filter((name) => name.endsWith('.images')) : [];
}

function setLimit(bytes: number): void {
  process.env['DCGAN_CACHE_GIB'] = String(bytes / 2 ** 30);
}

test('evicts the least recently used files beyond the limit, and an open one stays readable', async () => {
  const [one, two, three] = [await folderOf(1), await folderOf(2), await folderOf(3)];
  const first = await openAndDate(one, 1000);
  const second = await openAndDate(two, 2000);
  const third = await openAndDate(three, 3000);
  const reading = await open(two);
  utimesSync(join(cache, second), 500, 500);
  (await open(one)).close(); // used last of all, so its date is now
  setLimit(3 * statSync(join(cache, first)).size);
  const fourth = await openAndDate(await folderOf(4), 4000);
  assert.deepEqual(packedFiles().sort(), [first, third, fourth].sort());
  assert.deepEqual([...reading.read([0])], [2, 2, 2, 2]);
  reading.close();
  (await open(two)).close();
  assert.ok(packedFiles().includes(second), 'a removed file is decoded again when it is needed');
});

test('keeps the file being opened, even if it alone exceeds the limit', async () => {
  setLimit(0);
  const dataset = await open(await folderOf(5));
  assert.equal(packedFiles().length, 1);
  assert.deepEqual([...dataset.read([0])], [5, 5, 5, 5]);
  dataset.close();
});

const listingName = (i: number) => String(i).padStart(32, '0');

test('keeps the thousand most recently used listings', async () => {
  const listings = join(cache, 'listings');
  mkdirSync(listings, { recursive: true });
  for (let i = 0; i < 1100; i++) {
    const path = join(listings, listingName(i));
    writeFileSync(path, 'f'.repeat(64));
    utimesSync(path, i, i);
  }
  (await open(await folderOf(6))).close();
  const left = readdirSync(listings);
  assert.equal(left.length, 1000);
  assert.ok(left.includes(listingName(1099)));
  assert.ok(!left.includes(listingName(0)));
});

test('refuses an invalid limit before decoding', async () => {
  for (const text of ['many', '-1', '']) {
    process.env['DCGAN_CACHE_GIB'] = text;
    await assert.rejects(open(await folderOf(7)), (error: DcganError) => {
      assert.equal(error.code, 'data.cache-limit');
      assert.match(error.message, new RegExp(`DCGAN_CACHE_GIB is "${text}"`));
      return true;
    });
  }
});
