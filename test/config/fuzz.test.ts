// Any input gives a config or an error with a path: 5,000 cases of each kind from fast-check with one seed.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Config } from '../../src/config/config.ts';
import { loadConfig, resolveConfig } from '../../src/config/load/load.ts';
import { resolveStoredConfig } from '../../src/config/to-config-file.ts';
import { DcganError } from '../../src/errors.ts';
import { buildNetworks } from '../../src/models/networks.ts';
import { temporaryFolder, tinyConfig } from '../helpers/temporary-run.ts';

const folder = temporaryFolder();
const runs = { numRuns: 5000, seed: 7 };

/** A config with keys in every section. */
function rich(): Record<string, unknown> {
  const tiny = tinyConfig();
  const rate = { from: 1e-3, to: 1e-4, over: { epochs: 3 }, shape: 'cosine' };
  return {
    ...tiny,
    name: 'rich',
    data: { ...tiny.data, background: 'black', range: [-1, 1], flip: 0.5, fit: 'contain', lastBatch: 'keep' },
    generator: {
      ...tiny.generator,
      latent: { size: 4, distribution: 'uniform' },
      optimizer: { learningRate: rate, clipNorm: 1 },
    },
    training: {
      steps: 12,
      batchSize: 4,
      loss: { type: 'lsgan', discriminatorScale: 0.5 },
      labels: { real: [0.8, 1], flip: rate },
      ema: { decay: 0.9 },
      gradientPenalty: { type: 'r1', weight: 1 },
      diffAugment: ['color'],
      instanceNoise: { deviation: 0.1 },
      discriminatorSteps: 2,
    },
    outputs: { ...tiny.outputs, keepCheckpointsEvery: { images: 100 } },
  };
}

const bases = [
  () => tinyConfig() as Record<string, unknown>,
  rich,
  () => ({ ...rich(), training: { epochs: 1, batchSize: 2, loss: 'hinge' } }),
];

const odd = fc.oneof(
  fc.constantFrom(0, -1, 1.5, 1e308, -1e-320, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, '', '\0', 'ﷺ', null, true),
  fc.constantFrom([], {}, [[]], [null], [1, 2, 3], { type: 'stack' }, { type: ['dense'] }, { type: '__proto__' }),
  fc.integer(),
  fc.double(),
  fc.string(),
  fc.jsonValue({ maxDepth: 3 }),
);

const names = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'toString', 'prototype', 'hasOwnProperty', 'length', 'type', 'steps'),
  fc.string(),
);

/** A change at one place of a config: another value, no value, or an added key. */
const change = fc.record({
  place: fc.array(fc.nat(), { minLength: 1, maxLength: 6 }),
  value: odd,
  how: fc.constantFrom('replace', 'remove', 'add'),
  name: names,
});

type Change = typeof change extends fc.Arbitrary<infer Value> ? Value : never;

/** Follows the numbers into nested sections and lists, and applies the change there. */
function apply(content: Record<string, unknown>, { place, value, how, name }: Change): void {
  let target = content as Record<string, unknown>;
  const [last, ...path] = place.toReversed();
  for (const number of path) {
    const keys = Object.keys(target).filter((key) => typeof target[key] === 'object' && target[key] !== null);
    if (keys.length === 0) break;
    target = target[keys[number % keys.length]!] as Record<string, unknown>;
  }
  const keys = Object.keys(target);
  if (how === 'add' && Array.isArray(target)) target.push(value);
  else if (how === 'add' || keys.length === 0) {
    Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
  } else if (how === 'remove') delete target[keys[last! % keys.length]!];
  else target[keys[last! % keys.length]!] = value;
}

/** A config, or a DcganError of kind config whose problems say where. @returns whether it was a config */
function assertAnswered(answer: () => Config): boolean {
  let config: Config;
  try {
    config = answer();
  } catch (error) {
    assertMessage(error);
    return false;
  }
  assert.deepEqual(
    resolveStoredConfig(structuredClone(config), 'again'),
    { ...config },
    'it is another when written out',
  );
  try {
    buildNetworks(config);
  } catch (error) {
    assertMessage(error);
  }
  return true;
}

function assertMessage(error: unknown, kinds: readonly string[] = ['config']): void {
  if (!(error instanceof DcganError)) throw error;
  assert.ok(kinds.includes(error.kind), error.code);
  if (error.code !== 'config.invalid') return;
  const problems = error.data['problems'] as { path: unknown; message: unknown }[];
  assert.ok(problems.length > 0);
  for (const { path, message } of problems) {
    assert.ok(typeof path === 'string' && typeof message === 'string' && message.length > 0);
    assert.ok(error.message.includes(`  ${path || '(top)'}: ${message}`));
  }
}

const source = { source: 'fuzz', name: 'fuzz' };

test('5,000 valid configs with one to four changes', () => {
  let accepted = 0;
  const cases = fc.property(fc.nat(2), fc.array(change, { minLength: 1, maxLength: 4 }), (base, changes) => {
    const content = bases[base]!();
    for (const each of structuredClone(changes)) apply(content, each);
    if (assertAnswered(() => resolveConfig(content, source))) accepted++;
  });
  fc.assert(cases, runs);
  assert.ok(accepted > 100 && accepted < 4900, `${accepted} accepted`);
});

test('5,000 arbitrary values in place of a config', () => {
  const anything = fc.anything({ withNullPrototype: true, withDate: true, withMap: true, withSparseArray: true });
  fc.assert(
    fc.property(anything, (content) => void assertAnswered(() => resolveConfig(content, source))),
    runs,
  );
});

/** Fragments of YAML and JSON. */
const bits = [
  'seed: 1\n',
  'data:\n  folder: x\n',
  '&a ',
  '*a',
  '<<: *a\n',
  '!!binary |\n',
  '!!js/function ',
  '--- \n',
  '? ',
  ': ',
  '- ',
  '{',
  '}',
  '[',
  ']',
  ',',
  '"',
  "'",
  '|\n',
  '>\n',
  '\t',
  '\u0000',
  '\ufeff',
  '%YAML 1.1\n',
  '__proto__: 1\n',
  'generator: { layers: [',
  '0x7fffffffffffffff',
  '.inf',
  '~',
];

test('5,000 files of YAML fragments', async () => {
  const path = join(folder, 'fuzz.yaml');
  const text = fc.array(fc.oneof(fc.constantFrom(...bits), fc.string({ maxLength: 8 })), { maxLength: 20 });
  const cases = fc.asyncProperty(text, async (parts) => {
    writeFileSync(path, parts.join(''));
    await loadConfig(path).then(
      (config) => void assertAnswered(() => config),
      (error: unknown) => assertMessage(error),
    );
  });
  await fc.assert(cases, runs);
});

const paths = [
  'seed',
  'data.folder',
  'data.size[0]',
  'generator.latent.size',
  'generator.layers[0].units',
  'generator.layers.1',
  'training.loss.type',
  'training.epochs',
  'metrics.features.range',
  'outputs.grid.rows',
];

test('5,000 times one to three --set with arbitrary paths and values', async () => {
  const path = join(folder, 'set.json');
  writeFileSync(path, JSON.stringify(tinyConfig()));
  const pieces = fc.constantFrom(
    '.',
    '[',
    ']',
    '[0]',
    '[99]',
    '[-1]',
    '=',
    'layers',
    'training',
    '__proto__',
    ' ',
    'é',
  );
  const key = fc.oneof(
    fc.constantFrom(...paths),
    fc.tuple(fc.constantFrom(...paths), pieces, pieces).map((parts) => parts.join('')),
    fc.array(fc.oneof(pieces, fc.string({ maxLength: 4 })), { maxLength: 6 }).map((parts) => parts.join('')),
  );
  const value = fc.oneof(
    odd.map((each) => JSON.stringify(each) ?? ''),
    fc.array(fc.constantFrom(...bits), { maxLength: 4 }).map((parts) => parts.join('')),
  );
  const override = fc.tuple(key, fc.constantFrom('=', '=', '=', ''), value).map((parts) => parts.join(''));
  const cases = fc.asyncProperty(fc.array(override, { minLength: 1, maxLength: 3 }), async (overrides) => {
    await loadConfig(path, overrides).then(
      (config) => void assertAnswered(() => config),
      (error: unknown) => assertMessage(error, ['config', 'usage']),
    );
  });
  await fc.assert(cases, runs);
});

test('rejects YAML bombs at once, with their position', async () => {
  const path = join(folder, 'bomb.yaml');
  const levels = Array.from({ length: 9 }, (_, i) => `l${i + 1}: &l${i + 1} [${Array(9).fill(`*l${i}`).join(', ')}]`);
  writeFileSync(path, `l0: &l0 [lol]\n${levels.join('\n')}\n`);
  await assert.rejects(loadConfig(path), { code: 'config.malformed', message: /bomb\.yaml .*alias/i });
  writeFileSync(path, 'data: &a\n  folder: *a\n');
  await assert.rejects(loadConfig(path), { code: 'config.malformed' });
  writeFileSync(path, `${'['.repeat(100_000)}`);
  await assert.rejects(loadConfig(path), { code: 'config.malformed' });
});

test('keys of Object.prototype are unknown keys without effect', async () => {
  const path = join(folder, 'prototype.json');
  for (const key of ['__proto__', 'constructor', 'prototype', 'toString']) {
    const text = JSON.stringify(tinyConfig());
    writeFileSync(path, text.replace('"seed":1', `"seed":1,"${key}":{"polluted":1}`));
    await assert.rejects(loadConfig(path), { code: 'config.invalid', message: new RegExp(`${key}: unknown key`) });
    writeFileSync(path, text.replace('"size":4', `"size":4,"${key}":{"polluted":1}`));
    await assert.rejects(loadConfig(path), { message: new RegExp(`generator\\.latent\\.${key}: unknown key`) });
    writeFileSync(path, text);
    const set = [`data.${key}.polluted=1`];
    await assert.rejects(loadConfig(path, set), DcganError);
  }
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
});
