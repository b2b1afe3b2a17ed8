import assert from 'node:assert/strict';
import {
  cpSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Dataset, type ImageSpec, openImages } from '../../src/data/open.ts';
import type { DcganError } from '../../src/errors.ts';
import { greyPng, temporaryFolder, writeFiles } from './temporary.ts';

const root = temporaryFolder();
const cache = process.env['DCGAN_CACHE']!;

/** Opens a folder of 2x2 grey images; `decoded` is how many of them were decoded on the way. */
async function open(
  directory: string,
  changes: Partial<ImageSpec> = {},
): Promise<{ dataset: Dataset; decoded: number }> {
  const spec: ImageSpec = {
    directory,
    height: 2,
    width: 2,
    channels: 1,
    background: 'white',
    fit: 'cover',
    ...changes,
  };
  let decoded = 0;
  const dataset = await openImages(spec, ({ phase }) => {
    if (phase === 'decode') decoded++;
  });
  return { dataset, decoded };
}

/** The first value of every image, in the dataset's order. */
function values({ count, height, width, channels, ...dataset }: Dataset): number[] {
  const images = dataset.read(Array.from({ length: count }, (_, i) => i));
  return Array.from({ length: count }, (_, i) => images[i * height * width * channels]!);
}

async function folderOf(name: string, greys: Record<string, number>): Promise<string> {
  const files: Record<string, Uint8Array> = {};
  for (const [path, grey] of Object.entries(greys)) files[path] = await greyPng(grey);
  return writeFiles(join(root, name), files);
}

async function manyGreys(name: string, count: number): Promise<string> {
  const paths = Array.from({ length: count }, (_, i) => [`${String(i).padStart(3, '0')}.png`, i]);
  return folderOf(name, Object.fromEntries(paths));
}

async function refusal(directory: string): Promise<DcganError> {
  let refused: DcganError | undefined;
  await assert.rejects(open(directory), (error: DcganError) => {
    refused = error;
    return error.name === 'DcganError';
  });
  return refused!;
}

test('nested folders, capital extensions and links are read, in the order of their paths', async () => {
  const folder = await folderOf('nested', { 'b.PNG': 20, 'a/deep/er.png': 10, 'c.png/inside.png': 30 });
  const outside = await folderOf('outside', { 'linked.png': 25, 'folder/x.png': 40 });
  symlinkSync(join(outside, 'linked.png'), join(folder, 'bb.png'));
  symlinkSync(join(outside, 'folder'), join(folder, 'd'));
  symlinkSync(folder, join(folder, 'a', 'loop'));
  writeFiles(folder, {
    'notes.txt': 'not an image',
    '.hidden.png': 'not an image',
    '__MACOSX/._b.png': 'not an image',
  });
  const { dataset } = await open(folder);
  assert.deepEqual(values(dataset), [10, 20, 25, 30, 40]);
  assert.deepEqual(dataset.skipped, []);
});

test('read copies the asked images in the asked order', async () => {
  const { dataset } = await open(await folderOf('order', { 'a.png': 1, 'b.png': 2, 'c.png': 3 }));
  assert.deepEqual([...dataset.read(Uint32Array.of(2, 0, 2))], [3, 3, 3, 3, 1, 1, 1, 1, 3, 3, 3, 3]);
  assert.throws(() => dataset.read([3]), RangeError);
  assert.throws(() => dataset.read([-1]), RangeError);
  dataset.close();
});

test('a second start decodes nothing and does not even read the files', async () => {
  const folder = await manyGreys('again', 30);
  const time = new Date('2024-01-01');
  for (const name of readdirSync(folder)) utimesSync(join(folder, name), time, time);
  assert.equal((await open(folder)).decoded, 30);
  for (const name of readdirSync(folder)) {
    writeFileSync(join(folder, name), Buffer.alloc(statSync(join(folder, name)).size));
    utimesSync(join(folder, name), time, time);
  }
  const { dataset, decoded } = await open(folder);
  assert.equal(decoded, 0);
  assert.deepEqual(
    values(dataset),
    Array.from({ length: 30 }, (_, i) => i),
  );
});

test('the fingerprint follows the contents and their order, not the place', async () => {
  const folder = await folderOf('here', { 'a.png': 1, 'b.png': 2 });
  const { dataset } = await open(folder);
  assert.match(dataset.fingerprint, /^[0-9a-f]{64}$/);
  const fingerprintOf = async (greys: Record<string, number>, name: string) =>
    (await open(await folderOf(name, greys))).dataset.fingerprint;
  cpSync(folder, join(root, 'copy'), { recursive: true });
  assert.equal((await open(join(root, 'copy'))).dataset.fingerprint, dataset.fingerprint);
  assert.equal((await open(folder, { height: 4, channels: 3 })).dataset.fingerprint, dataset.fingerprint);
  assert.equal(await fingerprintOf({ 'x/a.png': 1, 'y.png': 2 }, 'renamed'), dataset.fingerprint);
  assert.notEqual(await fingerprintOf({ 'a.png': 2, 'b.png': 1 }, 'swapped'), dataset.fingerprint);
  assert.notEqual(await fingerprintOf({ 'a.png': 1, 'b.png': 3 }, 'changed'), dataset.fingerprint);
});

test('a changed file is seen', async () => {
  const folder = await folderOf('edited', { 'a.png': 1, 'b.png': 2 });
  const before = (await open(folder)).dataset.fingerprint;
  writeFiles(folder, { 'b.png': await greyPng(200) });
  utimesSync(join(folder, 'b.png'), new Date(), new Date(Date.now() + 5000));
  const { dataset } = await open(folder);
  assert.deepEqual(values(dataset), [1, 200]);
  assert.notEqual(dataset.fingerprint, before);
});

test('each size, channel count, background and fit has its own packed file; the same images elsewhere share it', async () => {
  const folder = await folderOf('specs', { 'a.png': 7 });
  const packed = () => readdirSync(join(cache, 'images')).filter((name) => name.endsWith('.images')).length;
  const atStart = packed();
  await open(folder);
  for (const changes of [{ height: 3 }, { channels: 3 }, { background: 'red' }, { fit: 'fill' }] as const) {
    assert.equal((await open(folder, changes)).decoded, 1);
    assert.equal((await open(folder, changes)).decoded, 0);
  }
  assert.equal(packed(), atStart + 5);
  await open(await folderOf('specs-elsewhere', { 'other-name.png': 7 }));
  assert.equal(packed(), atStart + 5);
});

test('a damaged packed file is made again', async () => {
  const folder = await folderOf('damaged', { 'a.png': 3, 'b.png': 4 });
  const before = new Set(readdirSync(join(cache, 'images')));
  await open(folder);
  const packed = readdirSync(join(cache, 'images')).find((name) => !before.has(name) && name.endsWith('.images'))!;
  const whole = readFileSync(join(cache, 'images', packed));
  for (const bytes of [whole.length - 1, 5, 0]) {
    truncateSync(join(cache, 'images', packed), bytes);
    const { dataset, decoded } = await open(folder);
    assert.equal(decoded, 2);
    assert.deepEqual(values(dataset), [3, 4]);
  }
});

test('two at once both get their images, and nothing half written stays', async () => {
  const folder = await manyGreys('at-once', 40);
  const opened = await Promise.all([open(folder), open(folder), open(folder, { channels: 3 })]);
  for (const { dataset } of opened) assert.equal(values(dataset)[39], 39);
  assert.deepEqual(
    readdirSync(join(cache, 'images')).filter((name) => name.endsWith('.partial')),
    [],
  );
});

test('what a killed process left is removed, what a running one writes is not', async () => {
  const abandoned = `new.${hostname()}.999999999.0badcafe.partial`;
  const running = `new.${hostname()}.${process.pid}.0badcafe.partial`;
  const elsewhere = 'new.another.host.1.0badcafe.partial';
  const elsewhereOld = 'new.another.host.2.0badcafe.partial';
  const images = writeFiles(join(cache, 'images'), {
    [abandoned]: '',
    [running]: '',
    [elsewhere]: '',
    [elsewhereOld]: '',
  });
  const twoDaysAgo = new Date(Date.now() - 48 * 60 * 60 * 1000);
  utimesSync(join(images, elsewhereOld), twoDaysAgo, twoDaysAgo);
  await open(await folderOf('sweeping', { 'a.png': 1 }));
  const left = readdirSync(images).filter((name) => name.endsWith('.partial'));
  assert.deepEqual(left.sort(), [elsewhere, running].sort());
});

test('files that cannot be read are skipped and named with their reason, at the second start too', async () => {
  const folder = await manyGreys('some-bad', 60);
  writeFiles(folder, { '010.png': 'this is text', '020.png': '' });
  rmSync(join(folder, '030.png'));
  symlinkSync(join(root, 'nowhere'), join(folder, '030.png'));
  for (const decodes of [60, 60]) {
    const { dataset, decoded } = await open(folder); // decoded again: what the broken link names may be there next time
    assert.equal(decoded, decodes);
    assert.equal(dataset.count, 57);
    assert.deepEqual(
      dataset.skipped.map(({ file }) => file),
      ['010.png', '020.png', '030.png'],
    );
    assert.match(dataset.skipped[0]!.reason, /its contents are not those of/);
    assert.match(dataset.skipped[1]!.reason, /empty/);
    assert.match(dataset.skipped[2]!.reason, /ENOENT/);
    assert.deepEqual(values(dataset).slice(9, 11), [9, 11]);
  }
});

test('the cache remembers what it skipped', async () => {
  const folder = await manyGreys('remembered', 20);
  writeFiles(folder, { '007.png': 'this is text' });
  assert.equal((await open(folder)).decoded, 20);
  const { dataset, decoded } = await open(folder);
  assert.equal(decoded, 0);
  assert.equal(dataset.count, 19);
  assert.deepEqual(
    dataset.skipped.map(({ file }) => file),
    ['007.png'],
  );
});

test('more than 5 % unreadable is an error that lists up to five', async () => {
  const folder = await manyGreys('many-bad', 100);
  for (let i = 0; i < 6; i++) writeFiles(folder, { [`00${i}.png`]: 'text' });
  const error = await refusal(folder);
  assert.equal(error.code, 'data.unreadable');
  assert.equal(error.exitCode, 3);
  assert.match(error.message, /^6 of the 100 images/);
  assert.match(error.message, /000\.png: its contents are not/);
  assert.match(error.message, /004\.png/);
  assert.doesNotMatch(error.message, /005\.png/);
  writeFiles(folder, { '005.png': await greyPng(5) });
  assert.equal((await open(folder)).dataset.count, 95);
});

test('a folder of which no image can be read is an error', async () => {
  const folder = writeFiles(join(root, 'none-good'), { 'a.png': 'text' });
  assert.equal((await refusal(folder)).code, 'data.unreadable');
});

test('a missing folder, a file, an empty folder and one without images each have their message', async () => {
  assert.equal((await refusal(join(root, 'nowhere'))).code, 'data.missing-folder');
  assert.match((await refusal(join(root, 'data/emoji'))).message, /dcgan data prepare emoji/);
  assert.match((await refusal(join(root, 'data/mnist/train'))).message, /dcgan data prepare mnist/);
  assert.match((await refusal(join(root, 'data/avatars'))).message, /dcgan data prepare avatars/);
  assert.doesNotMatch((await refusal(join(root, 'mnist-tiny'))).message, /prepare/);
  const file = join(writeFiles(root, { 'file.png': await greyPng(1) }), 'file.png');
  assert.equal((await refusal(file)).code, 'data.not-a-folder');
  assert.equal((await refusal(join(file, 'below'))).code, 'data.missing-folder');
  mkdirSync(join(root, 'empty'));
  assert.equal((await refusal(join(root, 'empty'))).code, 'data.empty-folder');
  const texts = writeFiles(join(root, 'texts'), { 'a.txt': '', 'b/c.txt': '', 'd.csv': '', readme: '' });
  const error = await refusal(texts);
  assert.equal(error.code, 'data.no-images');
  assert.match(error.message, /4 files: 2 \.txt, 1 \.csv, 1 without extension/);
});

test('a cache that cannot be written is an error that names it', async () => {
  const folder = await folderOf('no-cache', { 'a.png': 1 });
  const file = join(writeFiles(root, { 'cache-file': '' }), 'cache-file');
  process.env['DCGAN_CACHE'] = join(file, 'below');
  try {
    const error = await refusal(folder);
    assert.equal(error.code, 'data.cache');
    assert.match(error.message, /cache-file.*ENOTDIR[\s\S]*DCGAN_CACHE/);
  } finally {
    process.env['DCGAN_CACHE'] = cache;
  }
});

test('the same file under two names is two images', async () => {
  const folder = await folderOf('hard-links', { 'a.png': 9 });
  linkSync(join(folder, 'a.png'), join(folder, 'b.png'));
  assert.equal((await open(folder)).dataset.count, 2);
});
