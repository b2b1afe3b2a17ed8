// Damaged packed files, and caches that cannot be written.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cache, folderOf, manyGreys, open, root, values } from '../decode/grey-folders.ts';
import { writeFiles } from '../temporary.ts';

/** The packed files in the cache. */
function packedFiles(): string[] {
  mkdirSync(join(cache, 'images'), { recursive: true });
  return readdirSync(join(cache, 'images')).filter((name) => name.endsWith('.images'));
}

/** The packed file that opening a folder adds to the cache. */
async function packedFileOf(folder: string): Promise<string> {
  const before = new Set(packedFiles());
  (await open(folder)).dataset.close();
  return join(cache, 'images', packedFiles().find((name) => !before.has(name))!);
}

test('a damaged packed file is made again', async () => {
  const folder = await folderOf('damaged', { 'a.png': 3, 'b.png': 4 });
  const packed = await packedFileOf(folder);
  const whole = readFileSync(packed);
  for (const bytes of [whole.length - 1, 5, 0]) {
    truncateSync(packed, bytes);
    const { dataset, decoded } = await open(folder);
    assert.equal(decoded, 2);
    assert.deepEqual(values(dataset), [3, 4]);
  }
});

function flipByte(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = bytes[at]! ^ 1;
  writeFileSync(path, bytes);
}

test('detects a flipped bit anywhere in a packed file, and decodes the images again', async () => {
  const folder = await folderOf('rotten', { 'a.png': 33, 'b.png': 44 });
  const packed = await packedFileOf(folder);
  const { size } = statSync(packed);
  const fingerprint = (await open(folder)).dataset.fingerprint;
  for (let at = 0; at < size; at++) {
    flipByte(packed, at);
    const { dataset, decoded } = await open(folder);
    assert.equal(decoded, 2, `byte ${at} of ${size}`);
    assert.deepEqual(values(dataset), [33, 44]);
    assert.equal(dataset.fingerprint, fingerprint);
    dataset.close();
  }
});

test('a packed file damaged during use fails at the first wrong image, and is removed', async () => {
  const folder = await folderOf('rotting', { 'a.png': 34, 'b.png': 45 });
  const packed = await packedFileOf(folder);
  const { dataset } = await open(folder);
  flipByte(packed, 5); // of the second image
  assert.deepEqual([...dataset.read([0])], [34, 34, 34, 34]);
  assert.throws(() => dataset.read([1]), {
    code: 'data.cache',
    exitCode: 3,
    message: /cached image 1 is damaged/,
  });
  assert.ok(!readdirSync(join(cache, 'images')).some((name) => packed.endsWith(name)));
  assert.deepEqual(values((await open(folder)).dataset), [34, 45]);
});

test('decodes into a temporary file, with a note, if the cache cannot be written', async () => {
  const folder = await folderOf('no-cache', { 'a.png': 1, 'b.png': 2 });
  const file = join(writeFiles(root, { 'cache-file': '' }), 'cache-file');
  process.env['DCGAN_CACHE'] = join(file, 'below');
  try {
    for (const decodes of [2, 2]) {
      const { dataset, decoded } = await open(folder);
      assert.equal(decoded, decodes);
      assert.deepEqual(values(dataset), [1, 2]);
      const complaint = dataset.notes.filter((note) => note.includes('cannot be kept'));
      assert.equal(complaint.length, 1);
      assert.match(complaint[0]!, /cache-file.*ENOTDIR.*kept in a temporary file for this run/);
      dataset.close();
    }
  } finally {
    process.env['DCGAN_CACHE'] = cache;
  }
});

test('keeps small images in memory if neither cache nor temporary folder can be written', async () => {
  const folder = await folderOf('no-disk', { 'a.png': 5, 'b.png': 6 });
  const file = join(writeFiles(root, { 'cache-file': '' }), 'cache-file');
  const temporary = process.env['TMPDIR'];
  process.env['DCGAN_CACHE'] = join(file, 'below');
  process.env['TMPDIR'] = join(root, 'gone');
  try {
    const { dataset } = await open(folder);
    assert.deepEqual(values(dataset), [5, 6]);
    assert.match(dataset.notes.join(), /kept in memory for this run/);
  } finally {
    process.env['DCGAN_CACHE'] = cache;
    if (temporary === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = temporary;
  }
});

test('decodes into a temporary file if the cache is full, leaving the cache unchanged', async (context) => {
  const disk = join(root, 'small-disk');
  mkdirSync(disk);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk], { stdio: 'pipe' });
  } catch {
    return context.skip('a file system in memory cannot be mounted here; root can');
  }
  try {
    process.env['DCGAN_CACHE'] = disk;
    const folder = await manyGreys('for-a-small-disk', 40);
    const { dataset, decoded } = await open(folder, { height: 64, width: 64 });
    assert.ok(decoded > 40, 'decoded from the beginning');
    assert.equal(values(dataset)[39], 39);
    assert.match(dataset.notes.join(), /cannot be kept in .*small-disk.*ENOSPC.*They are kept in a temporary file/);
    const left = readdirSync(disk, { recursive: true, encoding: 'utf8' });
    assert.deepEqual(left.filter((name) => statSync(join(disk, name)).isFile()), []); // biome-ignore format: one thought
    dataset.close();
  } finally {
    process.env['DCGAN_CACHE'] = cache;
    execFileSync('umount', ['-l', disk]);
  }
});
