// Imports weights in every PyTorch layout (test/fixtures/import/make.py) and compares with PyTorch's outputs.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type ImportOptions, importWeights } from '../../src/commands/import.ts';
import { decodeSafetensors, encodeSafetensors, type NamedTensors } from '../../src/formats/safetensors.ts';
import { checkImages, checkScores } from '../helpers/imported-checks.ts';
import { temporaryFolder } from '../helpers/temporary-run.ts';
import { zipOf } from '../helpers/zip-bytes.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/import/${name}`, import.meta.url));
const numbers = JSON.parse(readFileSync(fixture('golden.json'), 'utf8')) as Record<string, number[]>;
const golden = {
  latents: Float32Array.from(numbers['latents']!), // [16, 4]
  images: Float32Array.from(numbers['images']!), // [16, 8, 8, 3] in [0, 1]
  scores: Float32Array.from(numbers['scores']!), // [16]
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

test('the golden images have enough contrast to compare', () => {
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
  await checkImages(root, 'bare', golden);
});

test('the format before PyTorch 1.6, saved from several GPUs (module.)', async () => {
  const { networks } = await importWeights(options('legacy.pth', 'legacy'));
  assert.equal(networks[0]!.format, 'PyTorch (before 1.6)');
  await checkImages(root, 'legacy', golden);
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
  await checkImages(root, 'whole', golden);
  await checkScores(root, 'whole', golden);
});

test("a Lightning module's checkpoint, in pickle's protocol 4", async () => {
  const { networks } = await importWeights(options('lightning.ckpt', 'lightning'));
  assert.deepEqual(
    networks.map(({ path }) => path),
    ['state_dict.generator', 'state_dict.discriminator'],
  );
  await checkImages(root, 'lightning', golden);
  await checkScores(root, 'lightning', golden);
});

test('a .safetensors file, whose tensors are sorted by name', async () => {
  await importWeights(options('both.safetensors', 'safetensors'));
  await checkImages(root, 'safetensors', golden);
  await checkScores(root, 'safetensors', golden);
});

test('the discriminator from a separate file', async () => {
  const more = { discriminator: fixture('discriminator.pt') };
  const { networks } = await importWeights(options('generator.pt', 'two-files', more));
  assert.deepEqual(
    networks.map(({ network }) => network),
    ['generator', 'discriminator'],
  );
  await checkScores(root, 'two-files', golden);
});

test("samples use PyTorch's statistics and weights even if the config's grids use batch statistics and averages", async () => {
  await importWeights(
    options('generator.pt', 'batch', { set: ['outputs.grid.batchNorm=batch', 'training.ema={decay: 0.999}'] }),
  );
  await checkImages(root, 'batch', golden);
});

test('asks for --from if the file has two generators', async () => {
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
  await checkImages(root, 'ema', golden);
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
    message: /layers of kind batch norm: 3 \(l1\.1, blocks\.2, blocks\.5\), but the config has 4 \(layers 1, 2, 6, 9\)/,
  },
  'a discriminator in place of a generator': {
    set: [],
    file: 'discriminator.pt',
    message: /discriminator\.pt does not fit the generator of the config/,
  },
  'tensors of no network': { set: [], file: 'views.pt', message: /belongs to no layer that is known here/ },
};

for (const [title, { set, message, file = 'generator.pt' }] of Object.entries(mismatches)) {
  test(`rejects weights that do not fit: ${title}`, async () => {
    const more = { set };
    await assert.rejects(importWeights(options(file, 'mismatch', more)), {
      code: 'checkpoint.mismatch',
      exitCode: 4,
      message,
    });
    assert.ok(!existsSync(join(root, 'checkpoints', 'mismatch')));
  });
}

test('rejects a .safetensors file with an ambiguous layer order', async () => {
  const { tensors } = decodeSafetensors(readFileSync(fixture('both.safetensors')), 'both');
  const renamed = Object.entries(tensors).map(([key, value]) => [key.replace('blocks.5', 'z.1'), value]);
  const wide = Object.fromEntries(renamed) as NamedTensors;
  for (const part of ['weight', 'bias', 'running_mean', 'running_var']) {
    wide[`generator.z.1.${part}`] = wide[`generator.blocks.2.${part}`]!;
  }
  const file = join(root, 'unordered.safetensors');
  writeFileSync(file, Buffer.concat(encodeSafetensors(wide)));
  await assert.rejects(importWeights(options('', 'unordered', { file })), {
    code: 'checkpoint.mismatch',
    message: /generator\.blocks\.2 and generator\.z\.1 have the same shapes, and this kind of file keeps no order/,
  });
});

test('rejects NaN and infinite weights with their key', async () => {
  const { tensors } = decodeSafetensors(readFileSync(fixture('both.safetensors')), 'both');
  tensors['generator.l1.0.bias']!.values[7] = Number.NaN;
  const file = join(root, 'nan.safetensors');
  writeFileSync(file, Buffer.concat(encodeSafetensors(tensors)));
  const { code, message } = await importWeights(options('', 'nan', { file })).catch((error) => error);
  assert.equal(code, 'checkpoint.not-finite');
  assert.match(message, /^generator\.l1\.0\.bias contains NaN or infinite values/);
});

test('rejects names that are taken or look like a run hash', async () => {
  await importWeights(options('generator.pt', 'taken'));
  await assert.rejects(importWeights(options('generator.pt', 'taken')), { code: 'usage.name-taken', exitCode: 2 });
  for (const name of ['../outside', 'a/b', '', '.hidden', '1a2b3c4']) {
    await assert.rejects(importWeights(options('generator.pt', name)), { code: 'usage.bad-name', exitCode: 2 }, name);
  }
});

test("recognises the other network's file and says what to type", async () => {
  const file = fixture('discriminator.pt');
  await assert.rejects(importWeights(options('discriminator.pt', 'swapped')), {
    code: 'checkpoint.mismatch',
    message: new RegExp(`it fits the discriminator\\.\n.*dcgan import GENERATOR --discriminator ${file}$`),
  });
  const swapped = options('generator.pt', 'swapped', { discriminator: fixture('generator.pt') });
  await assert.rejects(importWeights(swapped), {
    code: 'checkpoint.mismatch',
    message: /does not fit the discriminator of the config; it fits the generator\./,
  });
});

test('recognises TorchScript and Keras archives and says how to save their weights', async () => {
  const traced = join(root, 'traced.pt'); // entries as torch.jit.save (PyTorch 2.9) writes them, the code compressed
  const code = { name: 'traced/code/__torch__/model.py', bytes: Buffer.from('x'), lies: { method: 8 } };
  const others = ['data.pkl', 'constants.pkl', 'data/0'].map((name) => ({
    name: `traced/${name}`,
    bytes: Buffer.from('x'),
  }));
  writeFileSync(traced, zipOf([...others, code]));
  await assert.rejects(importWeights(options('', 'traced', { file: traced })), {
    code: 'checkpoint.not-weights',
    exitCode: 4,
    message: /traced\.pt is TorchScript, .*\n.*\nSave model\.state_dict\(\) instead/,
  });
  const file = join(root, 'model.keras');
  writeFileSync(file, zipOf([{ name: 'model.weights.h5', bytes: Buffer.from('x') }]));
  await assert.rejects(importWeights(options('', 'archive', { file })), {
    code: 'checkpoint.not-weights',
    message: /is a Keras archive/,
  });
});

test('does not write into a folder that is not empty', async () => {
  mkdirSync(join(root, 'checkpoints', 'mine'), { recursive: true });
  writeFileSync(join(root, 'checkpoints', 'mine', 'latest'), 'my notes');
  await assert.rejects(importWeights(options('generator.pt', 'mine')), { code: 'usage.name-taken' });
  assert.equal(readFileSync(join(root, 'checkpoints', 'mine', 'latest'), 'utf8'), 'my notes');
});

test('rejects missing files and files of other formats', async () => {
  const file = join(root, 'other.h5');
  writeFileSync(file, '\x89HDF\r\n\x1a\n');
  await assert.rejects(importWeights(options('', 'other', { file })), { code: 'checkpoint.unknown-format' });
  await assert.rejects(importWeights(options('', 'other', { file: join(root, 'none.pt') })), {
    code: 'usage.unreadable',
    exitCode: 2,
  });
});
