// Optional packages are downloaded into the user's cache once, with the packages they import, and loaded from there.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { importOptional, installOptional } from '../../src/system/optional-package.ts';
import { fakePackage } from '../data/prepare/fake-package.ts';
import { temporaryFolder } from '../data/temporary.ts';

const root = temporaryFolder();
const packages = join(process.env['DCGAN_CACHE']!, 'packages');
const module = (text: string) => ({ 'package.json': '{ "type": "module", "main": "index.js" }', 'index.js': text });

const outer = await fakePackage(join(root, 'outer'), 'dcgan-test-outer', {
  ...module("export { value } from 'dcgan-test-inner';"),
  'other-platform.node': 'large',
});
const inner = await fakePackage(join(root, 'inner'), 'dcgan-test-inner', module('export const value = 42;'));
const files = /^(package\.json|index\.js)$/;
const wanted = { ...outer.source, files, entry: 'index.js', imports: [{ ...inner.source, files }] };
const fetchTarball: typeof outer.fetchTarball = ({ name }, ...rest) =>
  (name === outer.source.name ? outer : inner).fetchTarball(outer.source, ...rest);

test('importing a package that is not installed says so', async () => {
  await assert.rejects(importOptional(wanted), /^Error: dcgan-test-outer is not installed$/);
});

test('a failed download leaves no files', async () => {
  const changed = { ...wanted, integrity: `sha512-${'A'.repeat(86)}==` };
  await assert.rejects(
    installOptional(changed, () => {}, fetchTarball),
    { code: 'engine.integrity', exitCode: 5 },
  );
  assert.deepEqual(readdirSync(packages), []);
});

test('downloads only the wanted files, with the packages it imports, and only once', async () => {
  const messages: string[] = [];
  const first = await installOptional(wanted, (message) => messages.push(message), fetchTarball);
  assert.deepEqual(messages, ['downloading dcgan-test-outer@1.0.0', 'downloading dcgan-test-inner@1.0.0']);
  assert.equal(first.alreadyThere, false);
  assert.deepEqual(readdirSync(packages), ['dcgan-test-outer-1.0.0']);
  assert.ok(!existsSync(join(first.directory, 'node_modules/dcgan-test-outer/other-platform.node')));
  const fetched = outer.fetched();
  const again = await installOptional(wanted, assert.fail, fetchTarball);
  assert.deepEqual([again, outer.fetched()], [{ ...first, alreadyThere: true }, fetched]);
  assert.deepEqual({ ...((await importOptional(wanted)) as object) }, { value: 42 });
});

test('reports a cache that cannot be written', async () => {
  const cache = process.env['DCGAN_CACHE'];
  const file = join(root, 'a-file');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, '');
  process.env['DCGAN_CACHE'] = file;
  try {
    await assert.rejects(
      installOptional(wanted, () => {}, fetchTarball),
      { code: 'usage.cannot-write' },
    );
  } finally {
    process.env['DCGAN_CACHE'] = cache;
  }
});
