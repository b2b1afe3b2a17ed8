// Run hashes cover the differences from frozen defaults: an added option changes no hash, and these tests fail if one would.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { canonicalJson, type Defaults, defaultsOf, optionsSince } from '../../../src/config/defaults.ts';
import { laterOptions } from '../../../src/config/identity/later-options.ts';
import { identityHash } from '../../../src/config/identity/run-hash.ts';
import { versionOne } from '../../../src/config/identity/version-one.ts';
import { resolveConfig } from '../../../src/config/load/load.ts';
import { configJsonSchema } from '../../../src/config/load/problems.ts';

const dataFingerprint = 'f'.repeat(64);

/** Optional sections, layer variants, ramps and a stack; most options are omitted. */
function sparseConfig() {
  const content = {
    data: { folder: 'a', size: 8, channels: 3 },
    generator: {
      optimizer: { learningRate: { from: 2e-4, to: 1e-4, over: { steps: 5 } } },
      layers: [
        { type: 'dense', units: 48, initializer: { type: 'normal' } },
        { type: 'reshape', shape: [4, 4, 3] },
        { type: 'stack', filters: '3', kernel: 5, norm: 'batchNorm', activation: 'tanh' },
      ],
    },
    discriminator: {
      layers: [{ type: 'conv', filters: 4, kernel: 5, stride: 2 }, { type: 'flatten' }, { type: 'dense', units: 1 }],
    },
    training: { steps: 2, batchSize: 16, ema: {}, gradientPenalty: { type: 'r1' }, onCollapse: 'rollback' },
    metrics: { every: { steps: 1 }, best: 'swd' },
  };
  return resolveConfig(content, { source: 'test', name: 'test' });
}

test('a config keeps the hash it had in version 1', () => {
  assert.equal(identityHash({ ...sparseConfig(), dataFingerprint }).slice(0, 7), 'd35b463');
});

test('the defaults of version 1 are frozen', () => {
  const options = Object.entries(versionOne).map(([place, value]) => [place, value ?? 'no default']);
  const digest = createHash('sha256').update(canonicalJson(options)).digest('hex');
  assert.deepEqual([options.length, digest], [465, '4314206b9a41f90cf9d46c3e23c3900d1a8947a758682c8f93310421ebabbecb']);
});

test('later-options.ts lists every option since version 1 with its default (npm run schema)', () => {
  assert.deepEqual(laterOptions, optionsSince(versionOne, laterOptions, defaultsOf(configJsonSchema())));
});

/**
 * Options whose default in the schema is not the one that hashes are made against. A config that leaves such an option
 * out gets another hash than before, as it should where the result is another; an option that is written stays as it is.
 * For a new option whose default changes results, later-options.ts holds the value that acts as before there was one.
 */
const changedDefaults: Record<string, unknown> = {
  'outputs.checkpointEvery': 'auto', // where it decides the result, hashed as the one per epoch that it was before
  'outputs.samplesEvery': 'auto', // in no hash
};

test('only deliberate changes make a default differ from the frozen one', () => {
  const frozen = { ...laterOptions, ...versionOne };
  const changed = Object.entries(defaultsOf(configJsonSchema())).filter(
    ([place, value]) => canonicalJson(value) !== canonicalJson(frozen[place]),
  );
  assert.deepEqual(Object.fromEntries(changed), changedDefaults);
});

interface Schema extends Record<string, unknown> {
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  $defs?: Record<string, Schema>;
}

/** Every mapping of the schema, at any depth. */
function mappingsIn(schema: Schema): Schema[] {
  const named = [schema.properties, schema.$defs].flatMap((schemas) => Object.values(schemas ?? {}));
  const within = [schema.anyOf, schema.oneOf, schema.items, named].flat();
  const deeper = within.filter((part) => part !== undefined).flatMap(mappingsIn);
  return schema.properties ? [schema, ...deeper] : deeper;
}

/** Adds a simple option, a section and an optional section to every mapping of the schema, as a later version may. */
function addOptions(schema: Schema): void {
  for (const mapping of mappingsIn(schema)) {
    Object.assign(mapping.properties!, {
      novel: { type: 'number', default: 7 },
      novelList: { default: ['a', 'b'] },
      novelSection: { default: {}, properties: { inner: { default: 'usual' } } },
      novelOptional: { properties: { inner: { default: 'usual' } } },
    });
  }
}

const resolvedAlways = { novel: 7, novelList: ['a', 'b'], novelSection: { inner: 'usual' } };

/** Every mapping of a resolved config with its path. */
function mappingsOf(value: unknown, place = ''): [string, Record<string, unknown>][] {
  if (value === null || typeof value !== 'object') return [];
  const within = Object.entries(value).flatMap(([key, item]) => mappingsOf(item, `${place}.${key}`));
  return Array.isArray(value) ? within : [[place, value as Record<string, unknown>], ...within];
}

test('an added option changes no hash with its default, and the hash with any other value', () => {
  const schema = structuredClone(configJsonSchema());
  addOptions(schema);
  const defaults: Defaults = { ...versionOne, ...optionsSince(versionOne, laterOptions, defaultsOf(schema)) };
  const hashOf = (config: ReturnType<typeof sparseConfig>) => identityHash({ ...config, dataFingerprint }, defaults);
  const original = identityHash({ ...sparseConfig(), dataFingerprint });
  assert.equal(hashOf(sparseConfig()), original);

  const places = mappingsOf(sparseConfig()).map(([place]) => place);
  const decisive = places.filter(
    (place) => place && !/^\.(training\.length|outputs(?!\.(losses|checkpoint)Every))/.test(place),
  );
  for (const wanted of ['.training', '.generator.layers.0.initializer', '.generator.layers.2', '.training.ema'])
    assert.ok(decisive.includes(wanted), `${wanted} in ${decisive.join(' ')}`);

  const extended = structuredClone(sparseConfig());
  for (const [place, mapping] of mappingsOf(extended))
    if (place) Object.assign(mapping, structuredClone(resolvedAlways));
  assert.equal(hashOf(extended), original);

  const hashes = decisive.flatMap((place) =>
    [{ novel: 8 }, { novelList: ['a'] }, { novelSection: { inner: 'x' } }, { novelOptional: { inner: 'usual' } }].map(
      (other) => {
        const changed = structuredClone(extended);
        Object.assign(mappingsOf(changed).find(([at]) => at === place)![1], other);
        return hashOf(changed);
      },
    ),
  );
  assert.equal(new Set([original, ...hashes]).size, 1 + 4 * decisive.length);
});

test('options of nested layers have the same defaults', () => {
  const conv = { type: 'conv', filters: 4, kernel: 3 };
  const inner = { type: 'residual', layers: [conv] };
  const content = {
    data: { folder: 'a', size: 8, channels: 4 },
    generator: {
      layers: [
        { type: 'reshape', shape: [1, 1, 100] },
        { type: 'stack', filters: '4', kernel: 8, stride: 8 },
      ],
    },
    discriminator: {
      layers: [{ type: 'residual', layers: [inner] }, { type: 'flatten' }, { type: 'dense', units: 1 }],
    },
    training: { steps: 2, batchSize: 16 },
  };
  const config = resolveConfig(content, { source: 'test', name: 'test' });
  const defaults = { ...laterOptions, ...versionOne, 'discriminator.layers[]<conv>.novel': 7 };
  const hashWith = (novel?: number) => {
    const changed = structuredClone(config);
    const [place, mapping] = mappingsOf(changed).find(([, { type }]) => type === 'conv')!;
    assert.equal(place, '.discriminator.layers.0.layers.0.layers.0');
    if (novel !== undefined) Object.assign(mapping, { novel });
    return identityHash({ ...changed, dataFingerprint }, defaults);
  };
  assert.equal(hashWith(7), hashWith());
  assert.equal(hashWith(7), identityHash({ ...config, dataFingerprint }));
  assert.notEqual(hashWith(8), hashWith());
});
