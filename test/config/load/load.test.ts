import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadConfig, resolveConfig } from '../../../src/config/load/load.ts';
import { DcganError } from '../../../src/errors.ts';
import { minimalConfig } from '../../helpers/minimal-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'dcgan-config-'));
after(() => rmSync(folder, { recursive: true }));

const resolve = (content: unknown) => resolveConfig(content, { source: 'test', name: 'test' });

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** The error for a file that cannot be loaded. */
async function refusal(name: string, text: string): Promise<DcganError> {
  const error: unknown = await loadConfig(file(name, text)).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof DcganError, `${name}: ${String(error)}`);
  assert.equal(error.exitCode, 2);
  return error;
}

test('optional keys have their defaults', () => {
  const optimizer = { learningRate: 2e-4, beta1: 0.5, beta2: 0.999, epsilon: 1e-8, form: 'pytorch' };
  const initializers = { initializer: { type: 'normal', deviation: 0.02 }, biasInitializer: { type: 'zeros' } };
  const dense = { type: 'dense', bias: true, spectralNorm: false };
  assert.deepEqual(resolve(minimalConfig()), {
    name: 'test',
    description: '',
    seed: 0,
    data: {
      folder: 'pictures',
      height: 8,
      width: 8,
      channels: 1,
      gray: 'luminance',
      stretch: false,
      damagedLimit: 0.05,
      background: '#ffffff',
      fit: 'cover',
      range: [-1, 1],
      lastBatch: 'keep',
      flip: 0,
    },
    generator: {
      latent: { size: 100, distribution: 'normal' },
      layers: [{ ...dense, units: 64 }, { type: 'reshape', shape: [8, 8, 1] }, { type: 'tanh' }],
      ...initializers,
      optimizer,
    },
    discriminator: { layers: [{ type: 'flatten' }, { ...dense, units: 1 }], ...initializers, optimizer },
    training: {
      length: { steps: 10 },
      batchSize: 4,
      loss: { type: 'bce', on: 'logits', generator: 'nonSaturating', discriminatorScale: 1 },
      order: 'discriminator-first',
      discriminatorSteps: 1,
      generatorSteps: 1,
      freshLatents: false,
      labels: { inverted: false, real: 1, fake: 0, flip: 0 },
      diffAugment: [],
      onCollapse: 'warn',
      rollbackTries: 3,
      xla: false,
      deterministic: false,
      precision: 'auto',
    },
    metrics: { names: ['swd', 'ms-ssim'], count: 1000, seed: 0 },
    outputs: {
      grid: { rows: 8, columns: 8, batchNorm: 'moving' },
      samplesEvery: 'auto',
      checkpointEvery: 'auto',
      lossesEvery: { steps: 10 },
      evolution: true,
    },
  });
});

test('optional layer options have their defaults', () => {
  const content = minimalConfig();
  const kernel = { filters: 2, kernel: 3 };
  content.generator.layers.push(
    { type: 'conv', ...kernel },
    { type: 'convTranspose', ...kernel },
    { type: 'batchNorm' },
    { type: 'leakyRelu' },
    { type: 'dropout', rate: 0.5 },
    { type: 'upsample' },
  );
  const convolution = { ...kernel, stride: 1, padding: 'same', bias: true, spectralNorm: false };
  assert.deepEqual(resolve(content).generator.layers.slice(3), [
    { type: 'conv', ...convolution },
    { type: 'convTranspose', ...convolution, outputPadding: 0 },
    {
      type: 'batchNorm',
      epsilon: 1e-5,
      momentum: 0.9,
      variance: 'unbiased',
      scale: true,
      center: true,
      gammaInitializer: { type: 'ones' },
    },
    { type: 'leakyRelu', slope: 0.2 },
    { type: 'dropout', rate: 0.5, channels: false },
    { type: 'upsample', factor: 2, method: 'nearest' },
  ]);
});

test('a size of two numbers is height and width', () => {
  const content = minimalConfig();
  content.data['size'] = [6, 10];
  const { height, width } = resolve(content).data;
  assert.deepEqual([height, width], [6, 10]);
});

test('a loaded config is frozen', () => {
  const config = resolve(minimalConfig());
  assert.throws(() => Object.assign(config.training, { batchSize: 1 }), TypeError);
  assert.throws(() => config.generator.layers.pop(), TypeError);
});

test('JSON and YAML give the same config; its name defaults to the file name', async () => {
  const content = { ...minimalConfig(), seed: 7 };
  const yaml = [
    '# a comment',
    'seed: 7',
    'data: { folder: pictures, size: 8, channels: 1 }',
    'generator:',
    '  layers:',
    '    - { type: dense, units: 64 }',
    '    - { type: reshape, shape: [8, 8, 1] }',
    '    - type: tanh',
    'discriminator: { layers: [{ type: flatten }, { type: dense, units: 1 }] }',
    'training: { steps: 10, batchSize: 4 }',
  ].join('\n');
  const fromJson = await loadConfig(file('faces.json', JSON.stringify(content)));
  const fromYaml = await loadConfig(file('faces.yaml', yaml));
  assert.equal(fromJson.name, 'faces');
  assert.equal(fromJson.seed, 7);
  assert.deepEqual(fromYaml, fromJson);
  const named = await loadConfig(file('other.json', JSON.stringify({ ...content, name: 'mine', $schema: 'x' })));
  assert.equal(named.name, 'mine');
});

test('rejects malformed files with the line', async () => {
  const yaml = await refusal('bad.yaml', 'seed: 1\ndata:\n  folder: [a, b\ntraining: {}\n');
  assert.equal(yaml.code, 'config.malformed');
  assert.match(yaml.message, /bad\.yaml is not well-formed YAML: .* at line [34], column \d+/);
  const json = await refusal('bad.json', '{\n  "seed": 1,\n  "data": {"folder": "a"\n  "training": {}\n}\n');
  assert.match(json.message, /bad\.json is not well-formed JSON: .* at line [34], column \d+/);
  const twice = await refusal('twice.json', '{\n  "seed": 1,\n  "seed": 2\n}\n');
  assert.match(twice.message, /Map keys must be unique at line 2|line 3/);
  const two = await refusal('two.yaml', 'seed: 1\n---\nseed: 2\n');
  assert.match(two.message, /multiple documents/);
});

test('rejects files without a mapping', async () => {
  for (const [text, held] of [
    ['', 'nothing'],
    ['# only a comment\n', 'nothing'],
    ['- 1\n- 2\n', '[1,2]'],
    ['hello', '"hello"'],
    ['12', '12'],
  ] as const) {
    const { code, message } = await refusal('odd.yaml', text);
    assert.equal(code, 'config.malformed');
    assert.ok(message.includes(`holds ${held}.`), message);
  }
});

test('rejects a YAML bomb at once', async () => {
  const levels = Array.from({ length: 12 }, (_, i) => {
    const items = i === 0 ? '"boom"' : `*l${i - 1}`;
    return `l${i}: &l${i} [${Array(9).fill(items).join(', ')}]`;
  });
  const began = performance.now();
  const { code, message } = await refusal('bomb.yaml', levels.join('\n'));
  assert.ok(performance.now() - began < 2000);
  assert.equal(code, 'config.malformed');
  assert.match(message, /bomb\.yaml is not well-formed YAML: .*alias/i);
});

test('rejects unresolved and recursive aliases', async () => {
  for (const text of ['data: *gone', 'data: &a { folder: *a }']) {
    const { code } = await refusal('alias.yaml', text);
    assert.match(code, /^config\.(malformed|invalid)$/);
  }
});

test('names a file that cannot be read', async () => {
  const path = join(folder, 'missing.yaml');
  await assert.rejects(loadConfig(path), { code: 'config.unreadable', exitCode: 2, message: /missing\.yaml.*ENOENT/ });
});

test('applies --set before the config is checked', async () => {
  const path = file('base.json', JSON.stringify(minimalConfig()));
  const config = await loadConfig(path, ['training.batchSize=9', 'data.range=[0, 1]', 'generator.layers[0].units=64']);
  assert.equal(config.training.batchSize, 9);
  assert.deepEqual(config.data.range, [0, 1]);
  await assert.rejects(loadConfig(path, ['training.batchSize=many']), { message: /training\.batchSize: .*"many"/ });
});
