// Which images of a folder are read, and which folders are refused.
import assert from 'node:assert/strict';
import { cpSync, linkSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { folderOf, manyGreys, open, refusal, root, values } from '../decode/grey-folders.ts';
import { greyPng, writeFiles } from '../temporary.ts';

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

test('read copies the requested images in the requested order', async () => {
  const { dataset } = await open(await folderOf('order', { 'a.png': 1, 'b.png': 2, 'c.png': 3 }));
  assert.deepEqual([...dataset.read(Uint32Array.of(2, 0, 2))], [3, 3, 3, 3, 1, 1, 1, 1, 3, 3, 3, 3]);
  assert.throws(() => dataset.read([3]), RangeError);
  assert.throws(() => dataset.read([-1]), RangeError);
  dataset.close();
});

test('the same file under two names is two images', async () => {
  const folder = await folderOf('hard-links', { 'a.png': 9 });
  linkSync(join(folder, 'a.png'), join(folder, 'b.png'));
  assert.equal((await open(folder)).dataset.count, 2);
});

test('the fingerprint depends on the contents and their order, not on the folder', async () => {
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

test('the limit on unreadable files is an option; all names are in the error and in a file', async () => {
  const folder = await manyGreys('bad-tenth', 60);
  for (let i = 0; i < 12; i++) writeFiles(folder, { [`0${String(i).padStart(2, '0')}.png`]: 'text' });
  const error = await refusal(folder);
  const { skipped, list } = error.data as { skipped: { file: string; reason: string }[]; list: string };
  assert.deepEqual(skipped.map(({ file }) => file), Array.from({ length: 12 }, (_, i) => `0${String(i).padStart(2, '0')}.png`)); // biome-ignore format: one thought
  assert.equal(readFileSync(list, 'utf8').split('\n').length, 13);
  assert.match(readFileSync(list, 'utf8'), /^011\.png\tits contents are not/m);
  assert.ok(error.message.includes(`and 7 more, all listed in ${list}`), error.message);
  assert.match(error.message, /--set data\.damagedLimit=0\.2\.$/);
  assert.equal((await open(folder, { damagedLimit: 0.2 })).dataset.count, 48);
  await assert.rejects(open(folder, { damagedLimit: 0.19 }), /Up to 19 % are skipped/);
});

test('a folder without a readable image is an error', async () => {
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
