import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { prepareFashionMnist, prepareIdx } from '../../../src/data/prepare/prepare-idx.ts';
import { temporaryFolder, writeFiles } from '../temporary.ts';
import { idx } from './idx-file.ts';

const root = temporaryFolder();
const silent = () => {};

/** Images of 3 x 2 pixels; image i has the values 10 i to 10 i + 5. */
const images = (count: number) =>
  idx(
    0x803,
    [count, 2, 3],
    Array.from({ length: 6 * count }, (_, at) => 10 * Math.floor(at / 6) + (at % 6)),
  );
const labels = (values: number[]) => idx(0x801, [values.length], values);

/** Writes files by name into a new folder. @returns the folder */
function folderOf(name: string, files: Record<string, Buffer>): string {
  writeFiles(join(root, name), files);
  return join(root, name);
}

const refused = (from: string[], code: string, message: RegExp) =>
  assert.rejects(prepareIdx({ root: join(root, 'refused'), force: false, from }, silent), { code, message });

test('sets of a folder, packed or not, become gray PNG files by set, label and index', async () => {
  const from = folderOf('letters', {
    'train-images-idx3-ubyte.gz': gzipSync(images(3)),
    'train-labels-idx1-ubyte.gz': gzipSync(labels([25, 0, 25])),
    't10k-images.idx3-ubyte': images(2),
    'notes.txt': Buffer.from('not an idx file'),
  });
  const result = await prepareIdx({ root, force: false, from: [from] }, silent);
  const directory = join(root, 'data', 'letters');
  assert.deepEqual(result, { directory, images: 5, skipped: false });
  assert.deepEqual(readdirSync(join(directory, 'train/25')), ['00000.png', '00002.png']);
  assert.deepEqual(readdirSync(join(directory, 'train/0')), ['00001.png']);
  assert.deepEqual(readdirSync(join(directory, 't10k')), ['00000.png', '00001.png']); // without labels
  const { data, info } = await sharp(join(directory, 'train/25/00002.png'))
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true });
  assert.deepEqual([info.width, info.height, info.channels, ...data], [3, 2, 1, 20, 21, 22, 23, 24, 25]);
  const readme = readFileSync(join(directory, 'README.txt'), 'utf8');
  assert.match(readme, /^Layout: train\/<label>\/<index>\.png, 3 images of 3x2, grey$/m);
  assert.match(readme, /^Source: t10k-images\.idx3-ubyte, sha256 [0-9a-f]{64}$/m);
  assert.equal((await prepareIdx({ root, force: false, from: [from] }, silent)).skipped, true);
});

test('files can be named one by one; the same file packed and unpacked is one', async () => {
  const from = folderOf('files', {
    'letters-images-idx3-ubyte': images(2),
    'letters-images-idx3-ubyte.gz': gzipSync(images(2)),
    'letters-labels-idx1-ubyte': labels([1, 2]),
  });
  const both = await prepareIdx({ root: join(root, 'both'), force: false, from: [from] }, silent);
  assert.equal(both.images, 2);
  const file = join(from, 'letters-images-idx3-ubyte.gz');
  const alone = await prepareIdx({ root: join(root, 'alone'), force: false, from: [file] }, silent);
  assert.deepEqual(alone.directory, join(root, 'alone/data/letters'));
  assert.deepEqual(readdirSync(join(alone.directory, 'letters')), ['00000.png', '00001.png']);
});

test('missing, truncated and unpaired files are refused by name', async () => {
  await refused([join(root, 'nowhere')], 'data.idx-files', /nowhere cannot be read/);
  await refused([folderOf('empty', { 'a.txt': Buffer.from('a') })], 'data.idx-files', /no idx file of images/);
  const cut = images(2).subarray(0, 20);
  await refused([folderOf('cut', { 'a-images-idx3-ubyte': cut })], 'data.idx', /a-images-idx3-ubyte \(20 bytes\)/);
  const flat = idx(0x803, [4_000_000_000, 0, 0], []); // four billion images without pixels
  await refused([folderOf('flat', { 'a-images-idx3-ubyte': flat })], 'data.idx', /not a complete idx file/);
  const packed = gzipSync(images(2)).subarray(0, 30);
  await refused([folderOf('packed', { 'a-images-idx3-ubyte.gz': packed })], 'data.idx-files', /unexpected end of file/);
  const fewer = { 'a-images-idx3-ubyte': images(2), 'a-labels-idx1-ubyte': labels([1]) };
  await refused([folderOf('fewer', fewer)], 'data.idx', /a set has 2 images and 1 labels/);
  const others = { 'a-images-idx3-ubyte': images(2), 'b-labels-idx1-ubyte': labels([1, 2]) };
  await refused([folderOf('others', others)], 'data.idx-files', /b-labels-idx1-ubyte has no images beside it/);
});

test('Fashion-MNIST is its two sets of 28 x 28 pixels with labels from 0 to 9, and nothing else', async () => {
  const pixels = (count: number) => idx(0x803, [count, 28, 28], Array(count * 784).fill(9));
  const files = {
    'train-images-idx3-ubyte.gz': gzipSync(pixels(2)),
    'train-labels-idx1-ubyte.gz': gzipSync(labels([9, 0])),
    't10k-images-idx3-ubyte.gz': gzipSync(pixels(1)),
    't10k-labels-idx1-ubyte.gz': gzipSync(labels([3])),
  };
  const splits = { train: { name: 'train', images: 2 }, t10k: { name: 'test', images: 1 } };
  const prepare = (name: string, changes: Record<string, Buffer> = {}) => {
    const from = [folderOf(`fashion-${name}`, { ...files, ...changes })];
    return prepareFashionMnist({ root: join(root, name), force: false, from }, silent, splits);
  };
  const { directory, images: count } = await prepare('whole');
  assert.deepEqual([directory, count], [join(root, 'whole/data/fashion-mnist'), 3]);
  assert.deepEqual(readdirSync(join(directory, 'test/3')), ['00000.png']);
  const another = { 't10k-images-idx3-ubyte.gz': gzipSync(images(1)) };
  await assert.rejects(prepare('small', another), { code: 'data.mnist', message: /test set has 1 images of 2x3/ });
  const letter = { 't10k-labels-idx1-ubyte.gz': gzipSync(labels([10])) };
  await assert.rejects(prepare('letter', letter), { code: 'data.mnist', message: /one of them 10/ });
  const from = [folderOf('half', { 'train-images-idx3-ubyte.gz': files['train-images-idx3-ubyte.gz'] })];
  await assert.rejects(prepareFashionMnist({ root: join(root, 'half-root'), force: false, from }, silent), {
    code: 'data.mnist',
  });
});
