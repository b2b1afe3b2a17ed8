import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import sharp from 'sharp';
import { openCheckpoint, train } from '../src/index.ts';
import { temporaryFolder, tinyConfig, writeJsonFile, writePictures } from './helpers/temporary-run.ts';
import { noTensorflow } from './helpers/tensorflow.ts';

const repository = fileURLToPath(new URL('..', import.meta.url));
const library = join(repository, 'src/index.ts');
const usersCache = process.env['DCGAN_CACHE'];
const root = temporaryFolder();
let checkpoint: string;

before(async () => {
  await writePictures(join(root, 'pictures'), 10);
  const config = writeJsonFile(join(root, 'tiny.json'), tinyConfig());
  const io = { onEvent: () => {}, shouldStop: () => false };
  checkpoint = (await train({ config, set: [], engine: 'wasm', root, fresh: false }, io)).runHash;
  if (usersCache === undefined)
    delete process.env['DCGAN_CACHE']; // for the installed native engine
  else process.env['DCGAN_CACHE'] = usersCache;
});

test("README's example of a generator in a program compiles and runs", async () => {
  const readme = readFileSync(join(repository, 'README.md'), 'utf8');
  const examples = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1]!);
  const example = examples.find((code) => code.includes('openCheckpoint'))!;
  const program = example
    .replace("'dcgan'", JSON.stringify(relative(root, library)))
    .replace("'mnist'", JSON.stringify(checkpoint));
  assert.ok(program.split('\n').length <= 12);
  writeFileSync(join(root, 'example.mts'), program);
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'), 'junction');
  writeJsonFile(join(root, 'tsconfig.json'), { extends: join(repository, 'tsconfig.json'), include: ['example.mts'] });

  const node = (...args: string[]) => spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  const types = node(join(repository, 'node_modules/typescript/bin/tsc'), '-p', root);
  assert.equal(types.stdout + types.stderr, '');
  const run = node('--import', import.meta.resolve('tsx'), 'example.mts');
  assert.equal(run.status, 0, run.stderr);
  assert.equal(run.stdout, '[ 20, 8, 8, 1 ]\n');

  const generator = await openCheckpoint(checkpoint, { root, engine: 'wasm' });
  const { pixels } = await generator.generate({ seeds: [0, 1, 2, 3] });
  const written = await sharp(join(root, 'digits.png')).extractChannel(0).raw().toBuffer();
  assert.equal(written.length, pixels.length);
  for (const [i, value] of pixels.entries()) assert.ok(Math.abs(written[i]! - value) <= 1, `pixel ${i}`);
});

/** Generates the images of seeds 0 to 4 in a worker thread. */
function inWorker(engine: string): Promise<Uint8Array> {
  const code = `
    const { parentPort } = require('node:worker_threads');
    import(${JSON.stringify(import.meta.resolve('tsx/esm/api'))})
      .then(({ register }) => { register(); return import(${JSON.stringify(library)}); })
      .then(({ openCheckpoint }) => openCheckpoint(${JSON.stringify(checkpoint)}, ${JSON.stringify({ root, engine })}))
      .then((generator) => generator.generate({ seeds: [0, 1, 2, 3, 4] }))
      .then(({ pixels }) => parentPort.postMessage(pixels));`;
  return new Promise((resolve, reject) => {
    new Worker(code, { eval: true, stderr: true }).on('message', resolve).on('error', reject);
  });
}

for (const [engine, skip] of [
  ['wasm', false],
  ['tensorflow', noTensorflow],
] as const) {
  test(`two concurrent worker threads generate the main thread's images on ${engine}`, { skip }, async () => {
    const generator = await openCheckpoint(checkpoint, { root, engine });
    const { pixels } = await generator.generate({ seeds: [0, 1, 2, 3, 4] });
    const made = await Promise.all([inWorker(engine), inWorker(engine)]);
    for (const others of made) assert.deepEqual(Buffer.from(others), Buffer.from(pixels));
    const again = await generator.generate({ seeds: [0, 1, 2, 3, 4] });
    assert.deepEqual(again.pixels, pixels);
  });
}

test('a seed gives the same image on every engine, within 1/255', { skip: noTensorflow }, async () => {
  const [wasm, tensorflow] = [
    await openCheckpoint(checkpoint, { root, engine: 'wasm' }),
    await openCheckpoint(checkpoint, { root, engine: 'tensorflow' }),
  ];
  const seeds = Array.from({ length: 64 }, (_, seed) => seed * 1000);
  const [{ pixels }, { pixels: others }] = [await wasm.generate({ seeds }), await tensorflow.generate({ seeds })];
  assert.ok(pixels.every((value, i) => Math.abs(value - others[i]!) <= 1));
});
