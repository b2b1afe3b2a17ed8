// Oversized configs are rejected before anything is built from them.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadConfig, resolveConfig } from '../../../src/config/load/load.ts';
import { minimalConfig } from '../../helpers/minimal-config.ts';
import { temporaryFolder } from '../../helpers/temporary-run.ts';

const folder = temporaryFolder();
const path = join(folder, 'config.yaml');
const resolve = (content: unknown) => resolveConfig(content, { source: 'test', name: 'test' });

/** The error of an action, and the seconds it takes to fail. */
async function failure(action: () => unknown): Promise<{ seconds: number; error: { code: string; message: string } }> {
  const began = performance.now();
  try {
    await action();
  } catch (error) {
    return { seconds: (performance.now() - began) / 1000, error: error as { code: string; message: string } };
  }
  throw new Error('nothing was refused');
}

test('does not read a file of a gigabyte', async () => {
  writeFileSync(path, '');
  const { truncateSync } = await import('node:fs');
  truncateSync(path, 2 ** 30); // takes no room on the disk
  const { seconds, error } = await failure(() => loadConfig(path));
  assert.equal(error.code, 'config.unreadable');
  assert.match(error.message, /config\.yaml: it has 1073741824 bytes, more than the 262144 that are read/);
  assert.ok(seconds < 0.5, `${seconds} s`);
});

test('rejects a million layers at once, also from a program', async () => {
  const content = minimalConfig();
  content.generator.layers = Array.from({ length: 1_000_000 }, () => ({ type: 'relu' }));
  const { seconds, error } = await failure(() => resolve(content));
  assert.equal(error.code, 'config.too-large');
  assert.match(error.message, /a list of 1,000,000 values/);
  assert.ok(seconds < 1, `${seconds} s`);
});

test('networks have at most 1,000 layers, with stacks expanded', async () => {
  const make = (layers: object[]) => {
    const content = minimalConfig();
    content.generator.layers = layers as typeof content.generator.layers;
    return () => resolve(content);
  };
  const relus = (length: number) => Array.from({ length }, () => ({ type: 'relu' }));
  make(relus(1000))();
  const stack = { type: 'stack', filters: Array(100).fill(1), kernel: 1 };
  const cases: [layers: object[], message: RegExp][] = [
    [relus(1001), /generator\.layers: .*1000/],
    [Array(3).fill(stack), /generator\.layers: up to 1,500 layers with stacks written out; expected at most 1,000/],
    [[{ ...stack, filters: Array(101).fill(1) }], /generator\.layers\[0\]\.filters/],
    [[{ ...stack, filters: Array(101).fill(1).join('>') }], /generator\.layers\[0\]\.filters/],
    [[...relus(600), { type: 'residual', layers: relus(600) }], /up to 1,201 layers/],
  ];
  for (const [layers, message] of cases) {
    const { error } = await failure(make(layers));
    assert.equal(error.code, 'config.invalid');
    assert.match(error.message, message);
  }
});

test('rejects deeply nested layers before the schema sees them', async () => {
  let layers: object[] = [{ type: 'relu' }];
  for (let depth = 0; depth < 20_000; depth++) layers = [{ type: 'residual', layers }];
  const content = { ...minimalConfig(), generator: { layers } };
  const { seconds, error } = await failure(() => resolve(content));
  assert.equal(error.code, 'config.too-large');
  assert.match(error.message, /more than 64 levels deep/);
  assert.ok(seconds < 1, `${seconds} s`);
});

test('rejects excessive numbers with their key', async () => {
  const wrong: [key: string, value: unknown, section: 'training' | 'generator'][] = [
    ['epochs', 1e300, 'training'],
    ['discriminatorSteps', 1e9, 'training'],
    ['generatorSteps', 1e9, 'training'],
    ['diffAugment', Array(1000).fill('color'), 'training'],
    ['layers', [{ type: 'dense', units: 1e15 }], 'generator'],
    ['layers', [{ type: 'conv', filters: 1, kernel: 1e9 }], 'generator'],
    ['latent', { size: 1e12 }, 'generator'],
  ];
  for (const [key, value, section] of wrong) {
    const content = minimalConfig();
    if (key === 'epochs') delete content.training['steps'];
    Object.assign(content[section], { [key]: value });
    const { error } = await failure(() => resolve(content));
    assert.equal(error.code, 'config.invalid');
    assert.match(error.message, new RegExp(`${section}\\.${key}`));
  }
});

test('reports the first fifty of many problems', async () => {
  const content = minimalConfig();
  content.generator.layers = Array.from({ length: 900 }, () => ({ type: 'reul' }));
  const { seconds, error } = await failure(() => resolve(content));
  assert.match(
    error.message,
    /^900 problems in test:\n {2}generator\.layers\[0\]\.type: unknown type "reul" \(did you mean relu\?\)/,
  );
  assert.match(error.message, /\n {2}and 850 more\n/);
  assert.ok(error.message.length < 20_000 && seconds < 5, `${error.message.length} characters, ${seconds} s`);
});

test('rejects slow-to-parse YAML of the largest size within seconds', async () => {
  const nasty = [
    Array.from({ length: 30_000 }, (_, i) => `a${i}:`).join('\n'), // every key is compared with all others
    '- '.repeat(100_000),
    '{'.repeat(200_000),
    `a: &a [${'1,'.repeat(20_000)}]\n${Array.from({ length: 90 }, (_, i) => `b${i}: *a`).join('\n')}`,
    '"'.repeat(200_000),
    '? '.repeat(100_000),
    '&a '.repeat(80_000),
    '%A\n'.repeat(80_000),
  ];
  for (const text of nasty) {
    writeFileSync(path, text);
    const { seconds, error } = await failure(() => loadConfig(path));
    assert.match(error.code, /^config\./);
    assert.ok(seconds < 30, `${text.slice(0, 10)}: ${seconds} s`);
  }
});

test('reports a duplicate key with its position', async () => {
  writeFileSync(path, `${JSON.stringify(minimalConfig(), null, 1).slice(0, -2)},\n "training": {}\n}`);
  await assert.rejects(loadConfig(path), {
    code: 'config.malformed',
    message: /Map keys must be unique; training is repeated at line \d+, column 2/,
  });
  writeFileSync(path, 'data: { size: 1, a: { b: 1, b: 1 } }');
  await assert.rejects(loadConfig(path), { message: /unique; b is repeated at line 1, column 29/ });
});

test('reads UTF-16 like UTF-8, with and without a byte-order mark, and rejects other encodings', async () => {
  const text = JSON.stringify({ ...minimalConfig(), description: 'Zeichen: ä漢' });
  const swapped = (bytes: Buffer) => Buffer.from(bytes).swap16();
  const little = Buffer.from(text, 'utf16le');
  const files: Record<string, Buffer> = {
    'utf-8': Buffer.from(text),
    'utf-8 with mark': Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text)]),
    'utf-16le': little,
    'utf-16le with mark': Buffer.concat([Buffer.from([0xff, 0xfe]), little]),
    'utf-16be': swapped(little),
    'utf-16be with mark': Buffer.concat([Buffer.from([0xfe, 0xff]), swapped(little)]),
  };
  for (const [name, bytes] of Object.entries(files)) {
    writeFileSync(path, bytes);
    assert.equal((await loadConfig(path)).description, 'Zeichen: ä漢', name);
  }
  writeFileSync(path, Buffer.from([0x61, 0xe4, 0x3a, 0x20, 0x31]));
  await assert.rejects(loadConfig(path), {
    code: 'config.malformed',
    message: /looks like UTF-8 text, but is not valid UTF-8\.\n.*UTF-16\.\nSave it as UTF-8/,
  });
});
