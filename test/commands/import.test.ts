// Weights made by PyTorch (test/fixtures/import/make.py) in every layout, against what PyTorch computes with them.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { tensor } from '@tensorflow/tfjs-core';
import { openImageMaker } from '../../src/commands/image-maker.ts';
import { type ImportOptions, importWeights } from '../../src/commands/import.ts';
import { openGenerator } from '../../src/commands/open-generator.ts';
import { openEngine } from '../../src/engines/open.ts';
import { applyNetwork } from '../../src/models/network.ts';
import { buildNetworks } from '../../src/models/networks.ts';
import { loadCheckpoint } from '../../src/outputs/checkpoint.ts';
import { decodeSafetensors, encodeSafetensors, type NamedTensors } from '../../src/outputs/safetensors.ts';
import { useCpuBackend } from '../helpers/cpu-backend.ts';
import { temporaryFolder } from '../helpers/temporary-run.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/import/${name}`, import.meta.url));
const golden = JSON.parse(readFileSync(fixture('golden.json'), 'utf8')) as {
  latents: number[]; // [16, 4]
  images: number[]; // [16, 8, 8, 3] in [0, 1]
  scores: number[]; // [16]
};
const root = temporaryFolder();

const options = (file: string, name: string, more: Partial<ImportOptions> = {}): ImportOptions => ({
  file: fixture(file),
  config: fixture('tiny.yaml'),
  set: [],
  name,
  root,
  ...more,
});

async function checkImages(name: string): Promise<void> {
  const { generator, step } = await openGenerator(name, { root });
  assert.deepEqual([generator.passes, step], [0, 0]);
  const { engine } = await openEngine('wasm');
  const maker = await openImageMaker(engine, generator, 16);
  const pixels = await maker.make(Float32Array.from(golden.latents));
  maker.dispose();
  assert.equal(pixels.length, golden.images.length);
  const errors = golden.images.map((value, i) => Math.abs(pixels[i]! / 255 - value));
  assert.ok(Math.max(...errors) < 1 / 255, `${Math.max(...errors) * 255} / 255`);
}

/** The discriminator of a checkpoint, on the images that PyTorch made. */
async function checkScores(name: string): Promise<void> {
  await useCpuBackend();
  const { config } = (await openGenerator(name, { root })).generator;
  const { tensors } = await loadCheckpoint(join(root, 'checkpoints', name), 'latest');
  const entries = Object.entries(tensors).map(([key, { shape, values }]) => [key, tensor(values, [...shape])]);
  const { y } = applyNetwork(buildNetworks(config).discriminator, tensor(golden.images, [16, 8, 8, 3]), {
    variables: Object.fromEntries(entries),
    training: false,
  });
  const scores = await y.data();
  assert.equal(scores.length, 16);
  golden.scores.forEach((score, i) => {
    assert.ok(Math.abs(scores[i]! - score) < 1e-4, `${scores[i]}, not ${score}`);
  });
}

test('the golden images have much to compare', () => {
  const { images, scores } = golden;
  assert.ok(Math.min(...images) < 0.1 && Math.max(...images) > 0.9);
  assert.ok(Math.max(...scores) - Math.min(...scores) > 0.1);
});

test("a generator's state_dict: 16 images equal PyTorch's", async () => {
  const { checkpoint, networks } = await importWeights(options('generator.pt', 'bare'));
  assert.equal(checkpoint, join('checkpoints', 'bare', '000000'));
  assert.equal(networks.length, 1);
  const { network, format, path, parameters, layers } = networks[0]!;
  assert.deepEqual([network, format, path], ['generator', 'PyTorch (zip)', '']);
  assert.equal(parameters, 120 + 4 * 24 + 275 + 4 * 5 + 320 + 4 * 4 + 111);
  assert.deepEqual(layers[0], {
    index: 0,
    type: 'dense',
    tensors: [
      { key: 'l1.0.weight', from: [24, 4], to: [4, 24] },
      { key: 'l1.0.bias', from: [24], to: [24] },
    ],
  });
  await checkImages('bare');
});

test('the format before PyTorch 1.6, from several GPUs (module.)', async () => {
  const { networks } = await importWeights(options('legacy.pth', 'legacy'));
  assert.equal(networks[0]!.format, 'PyTorch (before 1.6)');
  await checkImages('legacy');
});

test('a dict with both networks, an optimizer and counts', async () => {
  const { networks } = await importWeights(options('whole.pt', 'whole'));
  assert.deepEqual(
    networks.map(({ network, path }) => [network, path]),
    [
      ['generator', 'gen_model'],
      ['discriminator', 'dis_model'],
    ],
  );
  await checkImages('whole');
  await checkScores('whole');
});

test("a Lightning module's checkpoint, in pickle's protocol 4", async () => {
  const { networks } = await importWeights(options('lightning.ckpt', 'lightning'));
  assert.deepEqual(
    networks.map(({ path }) => path),
    ['state_dict.generator', 'state_dict.discriminator'],
  );
  await checkImages('lightning');
  await checkScores('lightning');
});

test('a .safetensors file, whose tensors are sorted by name', async () => {
  await importWeights(options('both.safetensors', 'safetensors'));
  await checkImages('safetensors');
  await checkScores('safetensors');
});

test('the discriminator from a file of its own', async () => {
  const more = { discriminator: fixture('discriminator.pt') };
  const { networks } = await importWeights(options('generator.pt', 'two-files', more));
  assert.deepEqual(
    networks.map(({ network }) => network),
    ['generator', 'discriminator'],
  );
  await checkScores('two-files');
});

test("samples use PyTorch's statistics where the config's own grids use the batch's", async () => {
  await importWeights(options('generator.pt', 'batch', { set: ['outputs.grid.batchNorm=batch'] }));
  await checkImages('batch');
});

test('of two generators one is named', async () => {
  const { tensors } = decodeSafetensors(readFileSync(fixture('both.safetensors')), 'both');
  const twice: NamedTensors = {};
  for (const [key, value] of Object.entries(tensors)) {
    if (!key.startsWith('generator.')) continue;
    twice[key] = { ...value, values: value.values.map((number) => number / 2) };
    twice[key.replace('generator.', 'generator_ema.')] = value;
  }
  const file = join(root, 'twice.safetensors');
  writeFileSync(file, Buffer.concat(encodeSafetensors(twice)));
  await assert.rejects(importWeights(options('', 'ambiguous', { file })), {
    code: 'checkpoint.ambiguous',
    message: /2 networks that fit the generator: generator_ema, generator\.\n--from generator_ema$/,
  });
  await importWeights(options('', 'ema', { file, from: 'generator_ema' }));
  await checkImages('ema');
  await assert.rejects(importWeights(options('', 'none', { file, from: 'ema' })), {
    code: 'checkpoint.mismatch',
    message: /no weights at ema\.\nThere are: generator_ema, generator\./,
  });
});

const mismatches: Record<string, { set: string[]; message: RegExp; file?: string }> = {
  'another number of filters': {
    set: ['generator.layers[5].filters=6'],
    message:
      /does not fit the generator of the config:\n {2}blocks\.1\.weight is \[5, 6, 3, 3\], but layer 5 \(conv\) takes \[6, 6, 3, 3\]\n/,
  },
  'a bias that the config does not have': {
    set: ['generator.layers[11].bias=false'],
    message: /blocks\.7\.bias is \[3\], but layer 11 \(conv\) has no bias/,
  },
  'a bias that the file does not have': {
    set: ['generator.layers[8].bias=true'],
    message: /blocks\.4 has no bias, but layer 8 \(convTranspose\) takes \[4\]/,
  },
  'batch norms that the file does not have': {
    set: ['generator.layers[2]={type: batchNorm}'],
    message: /3 batch norm layers \(l1\.1, blocks\.2, blocks\.5\), but the config has 4 \(layers 1, 2, 6, 9\)/,
  },
  'a discriminator in place of a generator': {
    set: [],
    file: 'discriminator.pt',
    message: /discriminator\.pt does not fit the generator of the config/,
  },
  'tensors of no network': { set: [], file: 'views.pt', message: /belongs to no layer that is known here/ },
};

for (const [title, { set, message, file = 'generator.pt' }] of Object.entries(mismatches)) {
  test(`refused with what does not fit: ${title}`, async () => {
    const more = { set };
    await assert.rejects(importWeights(options(file, 'mismatch', more)), {
      code: 'checkpoint.mismatch',
      exitCode: 4,
      message,
    });
    assert.ok(!existsSync(join(root, 'checkpoints', 'mismatch')));
  });
}

test('weights that are no numbers are refused by their key', async () => {
  const { tensors } = decodeSafetensors(readFileSync(fixture('both.safetensors')), 'both');
  tensors['generator.l1.0.bias']!.values[7] = Number.NaN;
  const file = join(root, 'nan.safetensors');
  writeFileSync(file, Buffer.concat(encodeSafetensors(tensors)));
  const { code, message } = await importWeights(options('', 'nan', { file })).catch((error) => error);
  assert.equal(code, 'checkpoint.not-finite');
  assert.match(message, /^generator\.l1\.0\.bias holds values/);
});

test('a name must be free, and one that nothing else can have', async () => {
  await importWeights(options('generator.pt', 'taken'));
  await assert.rejects(importWeights(options('generator.pt', 'taken')), { code: 'usage.name-taken', exitCode: 2 });
  for (const name of ['../outside', 'a/b', '', '.hidden', '1a2b3c4']) {
    await assert.rejects(importWeights(options('generator.pt', name)), { code: 'usage.bad-name', exitCode: 2 }, name);
  }
});

test('no file, and files of other kinds', async () => {
  const file = join(root, 'other.h5');
  writeFileSync(file, '\x89HDF\r\n\x1a\n');
  await assert.rejects(importWeights(options('', 'other', { file })), { code: 'checkpoint.unknown-format' });
  await assert.rejects(importWeights(options('', 'other', { file: join(root, 'none.pt') })), {
    code: 'usage.unreadable',
    exitCode: 2,
  });
});
