// The cache of decoded images between two starts: what it reuses, detects and removes.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, renameSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { thisOwner } from '../../../src/system/process-owner.ts';
import { cache, folderOf, manyGreys, open, root, values } from '../decode/grey-folders.ts';
import { greyPng, writeFiles } from '../temporary.ts';

test('a second start decodes nothing', async () => {
  const folder = await manyGreys('again', 30);
  assert.equal((await open(folder)).decoded, 30);
  const { dataset, decoded } = await open(folder);
  assert.equal(decoded, 0);
  assert.deepEqual(
    values(dataset),
    Array.from({ length: 30 }, (_, i) => i),
  );
});

test('detects a changed file', async () => {
  const folder = await folderOf('edited', { 'a.png': 1, 'b.png': 2 });
  const before = (await open(folder)).dataset.fingerprint;
  writeFiles(folder, { 'b.png': await greyPng(200) });
  utimesSync(join(folder, 'b.png'), new Date(), new Date(Date.now() + 5000));
  const { dataset } = await open(folder);
  assert.deepEqual(values(dataset), [1, 200]);
  assert.notEqual(dataset.fingerprint, before);
});

test('an image replaced by another of the same size and times is seen: written in place, or renamed over it', async () => {
  const folder = await folderOf('replaced', { 'a.png': 100, 'b.png': 101 });
  const time = new Date('2024-01-01');
  const date = (name: string) => utimesSync(join(folder, name), time, time);
  for (const name of ['a.png', 'b.png']) date(name);
  const before = (await open(folder)).dataset.fingerprint;
  const [first, second] = [await greyPng(102), await greyPng(103)];
  assert.equal(first.length, statSync(join(folder, 'a.png')).size);
  writeFiles(folder, { 'a.png': first });
  date('a.png');
  const { dataset } = await open(folder);
  assert.deepEqual(values(dataset), [102, 101]);
  assert.notEqual(dataset.fingerprint, before);
  writeFiles(folder, { 'new.partial': second });
  date('new.partial'); // as rsync -a does
  renameSync(join(folder, 'new.partial'), join(folder, 'b.png'));
  assert.deepEqual(values((await open(folder)).dataset), [102, 103]);
});

test('verifying decodes every image again, and caches the result', async () => {
  const folder = await folderOf('verified', { 'a.png': 5, 'b.png': 6 });
  const { fingerprint } = (await open(folder)).dataset;
  assert.equal((await open(folder)).decoded, 0);
  const { dataset, decoded } = await open(folder, { verify: true });
  assert.equal(decoded, 2);
  assert.equal(dataset.fingerprint, fingerprint);
  assert.equal((await open(folder)).decoded, 0);
});

test('each size, channel count, background and fit has its own packed file; the same images elsewhere share it', async () => {
  const folder = await folderOf('specs', { 'a.png': 7 });
  const packed = () => readdirSync(join(cache, 'images')).filter((name) => name.endsWith('.images')).length;
  const atStart = packed();
  await open(folder);
  for (const changes of [
    { height: 3 },
    { channels: 3 },
    { background: 'red' },
    { fit: 'fill' },
    { gray: 'rec601' },
    { stretch: true },
  ] as const) {
    assert.ok((await open(folder, changes)).decoded > 0);
    assert.equal((await open(folder, changes)).decoded, 0);
  }
  assert.equal(packed(), atStart + 7);
  await open(await folderOf('specs-elsewhere', { 'other-name.png': 7 }));
  assert.equal(packed(), atStart + 7);
});

test('two concurrent starts get their images, leaving no partial file', async () => {
  const folder = await manyGreys('at-once', 40);
  const opened = await Promise.all([open(folder), open(folder), open(folder, { channels: 3 })]);
  for (const { dataset } of opened) assert.equal(values(dataset)[39], 39);
  assert.deepEqual(
    readdirSync(join(cache, 'images')).filter((name) => name.startsWith('.partial-')),
    [],
  );
});

test('removes partial files of killed processes, not those of running ones', async () => {
  const abandoned = `.partial-${thisOwner().replace(/^\d+-\d+/, '999999999-1')}.0badcafe`;
  const running = `.partial-${thisOwner()}.0badcafe`;
  const elsewhere = '.partial-1-1-another.host.0badcafe';
  const elsewhereOld = '.partial-2-1-another.host.0badcafe';
  const images = writeFiles(join(cache, 'images'), {
    [abandoned]: '',
    [running]: '',
    [elsewhere]: '',
    [elsewhereOld]: '',
  });
  const twoDaysAgo = new Date(Date.now() - 48 * 60 * 60 * 1000);
  utimesSync(join(images, elsewhereOld), twoDaysAgo, twoDaysAgo);
  await open(await folderOf('sweeping', { 'a.png': 1 }));
  const left = readdirSync(images).filter((name) => name.startsWith('.partial-'));
  assert.deepEqual(left.sort(), [elsewhere, running].sort());
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

test('never evicts other files, whatever folder DCGAN_CACHE names', async () => {
  const foreign = writeFiles(join(root, 'pictures-of-someone'), {
    'images/holiday.images': 'mine',
    [`images/${'a'.repeat(32)}.images`]: 'mine, though called like a packed file',
    'images/cat.png': 'mine',
    'images/listings/list.txt': 'mine',
  });
  const everything = () =>
    readdirSync(foreign, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.'));
  const before = everything();
  mkdirSync(join(foreign, 'images', 'listings', 'folder'));
  process.env['DCGAN_CACHE'] = foreign;
  process.env['DCGAN_CACHE_GIB'] = '0';
  try {
    (await open(await folderOf('evicting', { 'a.png': 77 }))).dataset.close();
    for (const name of before) assert.ok(everything().includes(name), name);
  } finally {
    process.env['DCGAN_CACHE'] = cache;
    delete process.env['DCGAN_CACHE_GIB'];
  }
});
