import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Config } from '../../../src/config/config.ts';
import { identityHash, type Origin } from '../../../src/config/identity/run-hash.ts';
import { resolveConfig } from '../../../src/config/load/load.ts';

const resolve = (content: unknown) => resolveConfig(content, { source: 'test', name: 'test' });

/** A config with every key and every type of layer. */
function fullConfig() {
  return {
    name: 'full',
    description: 'Everything.',
    seed: 1,
    data: {
      folder: 'a',
      size: [8, 6],
      channels: 3,
      background: '#ffffff',
      fit: 'cover',
      range: [-1, 1],
      lastBatch: 'keep',
    },
    generator: {
      latent: { size: 10, distribution: 'normal' },
      initializer: { type: 'normal', deviation: 0.02 },
      biasInitializer: { type: 'constant', value: 0.1 },
      optimizer: { learningRate: 2e-4, beta1: 0.5, beta2: 0.999, epsilon: 1e-8 },
      layers: [
        { type: 'dense', units: 12, bias: false, initializer: { type: 'glorotUniform' } },
        {
          type: 'batchNorm',
          epsilon: 1e-5,
          momentum: 0.9,
          variance: 'unbiased',
          scale: true,
          center: true,
          gammaInitializer: { type: 'normal', deviation: 0.02 },
        },
        { type: 'relu' },
        { type: 'reshape', shape: [2, 3, 2] },
        {
          type: 'convTranspose',
          filters: 4,
          kernel: 5,
          stride: 2,
          padding: 2,
          bias: true,
          spectralNorm: true,
          outputPadding: 1,
        },
        { type: 'sigmoid' },
        { type: 'tanh' },
        { type: 'upsample', factor: 2, method: 'nearest' },
      ],
    },
    discriminator: {
      initializer: { type: 'glorotUniform' },
      optimizer: { learningRate: 2e-4, beta1: 0.5, beta2: 0.999, epsilon: 1e-8 },
      layers: [
        { type: 'conv', filters: 4, kernel: 5, stride: 2, padding: 'same', bias: true },
        { type: 'leakyRelu', slope: 0.2 },
        { type: 'dropout', rate: 0.3, channels: true },
        { type: 'flatten' },
        { type: 'dense', units: 1, bias: true },
      ],
    },
    training: {
      epochs: 2,
      batchSize: 16,
      order: 'simultaneous',
      discriminatorSteps: 1,
      generatorSteps: 1,
      labels: { real: [0.8, 1], fake: 0, flip: 0.05 },
      precision: 'float32',
    },
    outputs: {
      grid: { rows: 2, columns: 2 },
      samplesEvery: { epochs: 1 },
      checkpointEvery: { epochs: 1 },
      lossesEvery: { steps: 10 },
      keepCheckpointsEvery: { epochs: 5 },
    },
  };
}

const runHash = (config: Config, dataFingerprint: string, forkedFrom?: Origin) =>
  identityHash({ ...config, dataFingerprint, forkedFrom }).slice(0, 7);

const fingerprint = 'f'.repeat(64);
const hashOf = (content: unknown) => runHash(resolve(content), fingerprint);
const original = hashOf(fullConfig());

test('a run hash is seven hex digits, the same on every machine', () => {
  assert.match(original, /^[0-9a-f]{7}$/);
  assert.equal(original, hashOf(fullConfig()));
  // Python: hashlib.sha256(json.dumps(..., sort_keys=True, separators=(',', ':'), ensure_ascii=False).encode()).hexdigest()[:7]
  // of these keys without folder, length and labels, which have their default, and with size [8, 6] and dataFingerprint.
  const tiny = {
    seed: 1,
    data: { folder: 'x', height: 8, width: 6, b: 2, a: [1, 'é'] },
    training: { length: {}, labels: { flip: 0 }, z: null },
  };
  assert.equal(runHash({ ...tiny, generator: {}, discriminator: {} } as object as Config, 'ab'), 'c5f615f');
});

test('settings that do not affect the result do not change the hash', () => {
  const changes: ((content: ReturnType<typeof fullConfig>) => unknown)[] = [
    (content) => Object.assign(content, { name: 'other' }),
    (content) => Object.assign(content, { description: 'other' }),
    (content) => Object.assign(content.data, { folder: '/elsewhere' }),
    (content) => Object.assign(content.training, { epochs: 99 }),
    (content) => {
      Reflect.deleteProperty(content.training, 'epochs');
      Object.assign(content.training, { images: 5 });
    },
    (content) => Object.assign(content.outputs.grid, { rows: 5, columns: 7 }),
    (content) => Object.assign(content.outputs, { samplesEvery: { steps: 3 } }),
    (content) => Object.assign(content.outputs, { checkpointEvery: { steps: 3 }, keepCheckpointsEvery: { images: 1 } }),
    (content) => Object.assign(content.outputs, { lossesEvery: { images: 3 } }),
    (content) => Reflect.deleteProperty(content, 'outputs'),
    (content) => Reflect.deleteProperty(content, 'name'),
    (content) => Object.assign(content, { metrics: { every: { steps: 5 }, names: ['swd'], best: 'swd', count: 99 } }),
    (content) => Object.assign(content.training, { onCollapse: 'stop' }),
    (content) => Object.assign(content.training, { onCollapse: 'warn', rollbackTries: 9 }),
    (content) => Object.assign(content.training, { deterministic: true }),
  ];
  for (const change of changes) {
    const content = fullConfig();
    change(content);
    assert.equal(hashOf(content), original, change.toString());
  }
});

test('with rollbacks, the intervals they depend on change the hash', () => {
  const changes: Record<string, unknown>[] = [
    {},
    { rollbackTries: 1 },
    { lossesEvery: { steps: 20 } },
    { checkpointEvery: { steps: 20 } },
  ];
  const hashes = changes.map(({ rollbackTries, ...outputs }) => {
    const content = fullConfig();
    Object.assign(content.training, { onCollapse: 'rollback', ...(rollbackTries ? { rollbackTries } : {}) });
    Object.assign(content.outputs, outputs);
    return hashOf(content);
  });
  assert.equal(new Set([original, ...hashes]).size, 5);
});

test('with rollbacks, the default checkpoint interval hashes like one epoch, which older configs state', () => {
  const hashes = ['auto', { epochs: 1 }].map((checkpointEvery) => {
    const content = fullConfig();
    Object.assign(content.training, { onCollapse: 'rollback' });
    Object.assign(content.outputs, { checkpointEvery });
    return hashOf(content);
  });
  assert.equal(hashes[0], hashes[1]);
});

test('with rollbacks to the best checkpoint by a metric, the metrics change the hash', () => {
  const every = { steps: 5 };
  const changes = [{ every }, { every, best: 'swd' }, { every, best: 'ms-ssim' }, { every, best: 'swd', count: 99 }];
  const hashes = changes.map((metrics) => {
    const content = fullConfig();
    Object.assign(content.training, { onCollapse: 'rollback' });
    return hashOf({ ...content, metrics });
  });
  assert.equal(new Set(hashes).size, 4);
});

test('key order and stated defaults do not change the hash', () => {
  const reversed = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(reversed);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([key, item]) => [key, reversed(item)]),
    );
  };
  assert.equal(hashOf(reversed(fullConfig())), original);
  const content = fullConfig();
  Reflect.deleteProperty(content.generator, 'optimizer');
  Reflect.deleteProperty(content.data, 'background');
  Reflect.deleteProperty(content.discriminator.layers[1]!, 'slope');
  assert.equal(hashOf(content), original);
});

/** The paths of all numbers, strings and booleans below a value. */
function leaves(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (value === null || typeof value !== 'object') return [path];
  return Object.entries(value).flatMap(([key, item]) =>
    leaves(item, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

const otherWords: Record<string, string> = {
  normal: 'uniform',
  cover: 'fill',
  keep: 'drop',
  '#ffffff': '#000000',
  simultaneous: 'generator-first',
  float32: 'mixed_bfloat16',
  same: 'valid',
};

function changedLeaf(value: unknown): unknown {
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return value > 0 && value < 1 ? value * 0.5 : value + 1;
  return otherWords[String(value)] ?? `${String(value)}!`;
}

test('every value that affects the result changes the hash', () => {
  const config = resolve(fullConfig());
  const { seed, data, generator, discriminator, training } = config;
  const others = ['length.epochs', 'onCollapse', 'rollbackTries', 'deterministic'].map((key) => `training.${key}`);
  const decisive = leaves({ seed, data, generator, discriminator, training }).filter(
    (path) => !['data.folder', 'data.damagedLimit', ...others].includes(path.join('.')),
  );
  assert.ok(decisive.length > 60, String(decisive.length));
  const hashes = new Map([[original, 'nothing']]);
  for (const path of decisive) {
    const copy = structuredClone(config);
    let target = copy as object;
    for (const part of path.slice(0, -1)) target = Reflect.get(target, part);
    const last = path.at(-1)!;
    Reflect.set(target, last, changedLeaf(Reflect.get(target, last)));
    const hash = runHash(copy, fingerprint);
    assert.equal(hashes.get(hash), undefined, `${path.join('.')} gives the hash of ${hashes.get(hash)}`);
    hashes.set(hash, path.join('.'));
  }
});

test('removing, adding or reordering layers changes the hash', () => {
  const without = fullConfig();
  without.generator.layers.splice(2, 1);
  const twice = fullConfig();
  twice.generator.layers.splice(2, 0, { type: 'relu' });
  const swapped = fullConfig();
  swapped.generator.layers.splice(5, 2, { type: 'tanh' }, { type: 'sigmoid' });
  assert.equal(new Set([original, hashOf(without), hashOf(twice), hashOf(swapped)]).size, 4);
});

test('other images change the hash', () => {
  assert.notEqual(runHash(resolve(fullConfig()), 'e'.repeat(64)), original);
});
