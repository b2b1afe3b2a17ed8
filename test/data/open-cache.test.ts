// What the cache of decoded images keeps between two starts, and what it does with damage and company.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { thisOwner } from '../../src/system/process-owner.ts';
import { cache, folderOf, manyGreys, open, refusal, root, values } from './grey-folders.ts';
import { greyPng, writeFiles } from './temporary.ts';

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
    readdirSync(join(cache, 'images')).filter((name) => name.startsWith('.partial-')),
    [],
  );
});

test('what a killed process left is removed, what a running one writes is not', async () => {
  const abandoned = `.partial-999999999-1-${hostname()}.0badcafe`;
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
