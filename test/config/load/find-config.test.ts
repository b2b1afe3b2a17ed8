import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { findConfig } from '../../../src/config/load/find-config.ts';

const base = mkdtempSync(join(tmpdir(), 'dcgan-find-config-'));
after(() => rmSync(base, { recursive: true }));

const places = { root: join(base, 'mine'), packageDirectory: join(base, 'package') };
for (const path of [
  'mine/configs/faces.yaml',
  'mine/configs/both.json',
  'package/configs/both.json',
  'package/configs/mnist.yaml',
  'package/configs/schema.json',
  'package/configs/recipes/mnist.yaml',
  'elsewhere/cats.yml',
]) {
  mkdirSync(join(base, path, '..'), { recursive: true });
  writeFileSync(join(base, path), '');
}

test('searches a path, then ./configs, then the configs of the package', () => {
  assert.equal(findConfig(join(base, 'elsewhere/cats.yml'), places), join(base, 'elsewhere/cats.yml'));
  assert.equal(findConfig(join(base, 'elsewhere/cats'), places), join(base, 'elsewhere/cats.yml'));
  assert.equal(findConfig('faces', places), join(base, 'mine/configs/faces.yaml'));
  assert.equal(findConfig('both.json', places), join(base, 'mine/configs/both.json'));
  assert.equal(findConfig('mnist', places), join(base, 'package/configs/mnist.yaml'));
  assert.equal(findConfig('mnist.yaml', places), join(base, 'package/configs/mnist.yaml'));
  assert.equal(findConfig('recipes/mnist', places), join(base, 'package/configs/recipes/mnist.yaml'));
});

test('lists the known configs for an unknown name and suggests the nearest', () => {
  assert.throws(() => findConfig('mnsit', places), {
    code: 'config.unknown',
    exitCode: 2,
    message:
      "There is no config 'mnsit' (did you mean mnist?).\nExpected a path, or one of: both, faces, mnist, recipes/mnist.",
  });
  assert.throws(() => findConfig('emoji.json', places), /^DcganError: There is no config 'emoji\.json'\./);
});

test('reports that there is no config folder', () => {
  const nowhere = { root: join(base, 'x'), packageDirectory: join(base, 'y') };
  assert.throws(() => findConfig('quick', nowhere), /\(no configs found\)/);
});
