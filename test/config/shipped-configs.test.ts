import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Config } from '../../src/config/config.ts';
import { identityHash } from '../../src/config/identity/run-hash.ts';
import { loadConfig } from '../../src/config/load/load.ts';
import { configJsonSchema } from '../../src/config/load/problems.ts';
import { resolveStoredConfig } from '../../src/config/to-config-file.ts';
import { prepareCommand } from '../../src/data/dataset/preparation.ts';
import { countParameters } from '../../src/models/network.ts';
import { buildNetworks } from '../../src/models/networks.ts';

const folder = fileURLToPath(new URL('../../configs', import.meta.url));
const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .map((name) => name.replaceAll(sep, '/'))
  .filter((name) => /\.(json|ya?ml)$/.test(name) && name !== 'schema.json');

test('configs/schema.json is up to date with npm run schema', () => {
  const written = JSON.parse(readFileSync(join(folder, 'schema.json'), 'utf8'));
  assert.deepEqual(written, JSON.parse(JSON.stringify(configJsonSchema())));
});

type JsonSchema = Record<string, unknown>;

/** A schema and its union branches and items, without object properties. */
function branchesOf(schema: JsonSchema): JsonSchema[] {
  const parts: JsonSchema[] = ['anyOf', 'oneOf', 'items'].flatMap((name) => (schema[name] ?? []) as JsonSchema[]);
  return [schema, ...parts.flatMap(branchesOf)];
}

/** Keys without a description; types and sections need none. */
function silentKeys(schema: JsonSchema, path: string): string[] {
  return branchesOf(schema).flatMap((branch) =>
    Object.entries((branch['properties'] ?? {}) as Record<string, JsonSchema>).flatMap(([key, value]) => {
      const speaks = branchesOf(value).some((part) => part['description'] ?? part['const'] ?? part['properties']);
      return [...(speaks ? [] : [`${path}.${key}`]), ...silentKeys(value, `${path}.${key}`)];
    }),
  );
}

test('every key of the schema has a description', () => {
  const silent = silentKeys(configJsonSchema(), 'config');
  assert.deepEqual(silent, []);
});

test('every shipped config loads, names the schema for editors and has a description', async () => {
  for (const name of names) {
    const path = join(folder, name);
    const config = await loadConfig(path);
    assert.equal(config.name, name.replace(/\.\w+$/, ''), name);
    assert.ok(config.description.length > 20, name);
    assert.match(
      readFileSync(path, 'utf8'),
      name.startsWith('recipes/') ? /\$schema=\.\.\/schema\.json/ : /\.\/schema\.json/,
      name,
    );
  }
});

/** Parameters [all, trainable] of generator and discriminator: as published, otherwise as this program counted them. */
const parameters: Record<string, { generator: [all: number, trainable: number]; discriminator: [number, number] }> = {
  afg: { generator: [1_069_507, 1_068_803], discriminator: [100_385, 99_937] },
  anime: { generator: [3_808_963, 3_807_043], discriminator: [2_768_577, 2_766_657] },
  celeba: { generator: [18_876_163, 18_872_323], discriminator: [4_318_337, 4_316_545] },
  emoji: { generator: [5_368_260, 5_366_340], discriminator: [1_048_769, 1_048_001] },
  'emoji-151284d': { generator: [584_180, 583_956], discriminator: [17_145, 17_049] },
  'emoji-15817e6': { generator: [5_368_260, 5_366_340], discriminator: [1_048_769, 1_048_001] },
  'emoji-86359f9': { generator: [6_078_083, 6_076_675], discriminator: [1_884_033, 1_882_753] },
  'emoji-9637353': { generator: [8_695_492, 8_692_036], discriminator: [137_271, 136_667] },
  'emoji-e8285ca': { generator: [3_040_164, 3_039_332], discriminator: [943_137, 942_369] },
  'emoji-fa696d4': { generator: [3_040_164, 3_039_332], discriminator: [943_137, 942_369] },
  mnist: { generator: [2_330_944, 2_305_472], discriminator: [212_865, 212_865] },
  'mnist-test1': { generator: [2_330_944, 2_305_472], discriminator: [212_865, 212_865] },
  'mnist-test2': { generator: [2_330_944, 2_305_472], discriminator: [212_865, 212_865] },
  'mnist-test3': { generator: [2_330_944, 2_305_472], discriminator: [212_865, 212_865] },
  'mnist-test4': { generator: [2_330_944, 2_305_472], discriminator: [212_865, 212_865] },
  'mnist64-znxlwm': { generator: [12_660_097, 12_656_257], discriminator: [11_037_569, 11_033_985] },
  quick: { generator: [633_153, 620_481], discriminator: [55_425, 55_297] },
  'recipes/afg-avatars': { generator: [1_069_507, 1_068_803], discriminator: [694_241, 694_241] },
  'recipes/emoji-people': { generator: [1_299_172, 1_298_468], discriminator: [694_753, 694_753] },
  'recipes/mnist': { generator: [2_330_944, 2_305_472], discriminator: [431_553, 431_553] },
  simpsons: { generator: [24_036_739, 24_034_819], discriminator: [17_488_257, 17_484_289] },
  'simpsons-gsurma': { generator: [24_036_739, 24_034_819], discriminator: [17_488_257, 17_484_289] },
};

test('every shipped config has networks that fit and the published parameter counts', async () => {
  const found: typeof parameters = {};
  for (const file of names) {
    const { generator, discriminator } = buildNetworks(await loadConfig(join(folder, file)));
    const [g, d] = [countParameters(generator), countParameters(discriminator)];
    found[file.replace(/\.\w+$/, '')] = { generator: [g.all, g.trainable], discriminator: [d.all, d.trainable] };
  }
  assert.deepEqual(found, parameters);
});

/** A config without what may differ between two names of the same experiment. */
async function settingsOf(file: string): Promise<Partial<Config>> {
  const {
    name: _name,
    description: _description,
    outputs: _outputs,
    ...settings
  } = await loadConfig(join(folder, file));
  return settings;
}

test('emoji-e8285ca is emoji-fa696d4 trained for longer', async () => {
  const [short, long] = [await settingsOf('emoji-fa696d4.yaml'), await settingsOf('emoji-e8285ca.yaml')];
  const shortened = { ...long, design: 'emoji-fa696d4', training: { ...long.training, length: { epochs: 768 } } };
  assert.deepEqual(shortened, short);
});

/** Short names for other configs: the same design, and so the same run. */
const aliases: Record<string, string> = { mnist: 'mnist-test4', emoji: 'emoji-15817e6' };

test('every design is a separate run, even on the same pictures', async () => {
  const designs = new Map<string, string>();
  for (const file of names) {
    const name = file.replace(/\.\w+$/, '');
    const config = await loadConfig(join(folder, file));
    const hash = identityHash({ ...config, dataFingerprint: 'f'.repeat(64) });
    const same = designs.get(hash);
    if (same === undefined) designs.set(hash, name);
    else assert.ok(aliases[name] === same || aliases[same] === name, `${name} and ${same} are one run`);
  }
  assert.equal(designs.size, names.length - Object.keys(aliases).length);
});

test('configs with the same data folder expect the same preparation, whose command writes that folder', async () => {
  const expected = new Map<string, unknown>();
  for (const file of names) {
    const { preparation, folder: place } = (await loadConfig(join(folder, file))).data;
    if (!preparation) continue;
    assert.deepEqual(expected.get(place) ?? preparation, preparation, file);
    expected.set(place, preparation);
    const command = prepareCommand(preparation, place, '.');
    assert.ok(!command.includes('--out'), `${file}: ${command}`);
    if (file.endsWith('.yaml'))
      assert.ok(readFileSync(join(folder, file), 'utf8').includes(`npx ${command}\n`), command);
  }
  assert.deepEqual([...expected.keys()].sort(), [
    'data/avatars',
    'data/emoji-people-activity-emojione-skin-tones',
    'data/emoji-people-emojione',
    'data/emoji-people-yellow-faces',
    'data/mnist/train',
  ]);
});

test('mnist and emoji are mnist-test4 and emoji-15817e6 under shorter names', async () => {
  assert.deepEqual(await settingsOf('mnist.yaml'), await settingsOf('mnist-test4.yaml'));
  assert.deepEqual(await settingsOf('emoji.json'), await settingsOf('emoji-15817e6.yaml'));
});

test('every config survives being stored in a checkpoint and read back', async () => {
  for (const name of names) {
    const config = await loadConfig(join(folder, name));
    assert.deepEqual(resolveStoredConfig(JSON.parse(JSON.stringify(config)), name), config, name);
  }
});
