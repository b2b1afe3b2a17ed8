// Failures during an installation become one clear error and leave nothing behind.
import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { engineInstall } from '../../../../src/commands/engine-install.ts';
import { installTensorflow } from '../../../../src/engines/tensorflow/install/install.ts';
import type { InstallProgress } from '../../../../src/engines/tensorflow/install/reporting.ts';
import { type Fakes, makeFakes, withEnvironment, withoutPackages } from './install-fakes.ts';

// Output of pip 23 when no name server answers.
const pipOffline = `WARNING: Retrying (Retry(total=0, connect=None, read=None, redirect=None, status=None)) after connection broken by 'NewConnectionError('<pip._vendor.urllib3.connection.HTTPSConnection object at 0x7f>: Failed to establish a new connection: [Errno -3] Temporary failure in name resolution')': /simple/tensorflow-cpu/
ERROR: Could not find a version that satisfies the requirement tensorflow-cpu==2.21.0 (from versions: none)
ERROR: No matching distribution found for tensorflow-cpu==2.21.0
`;

const compilerErrors = `In file included from tfjs_backend.cc:18:
tfjs_backend.h:21:10: fatal error: node_api.h: No such file or directory
compilation terminated.
`;

async function failureOf(
  fakes: Fakes,
  environment: Record<string, string> = {},
): Promise<{ code: string; message: string }> {
  return await withEnvironment({ ...fakes.environment, ...environment }, () =>
    installTensorflow({ variant: 'cpu' }).then(
      () => assert.fail('it was installed'),
      (error) => error,
    ),
  );
}

function fileWith(fakes: Fakes, text: string): string {
  const file = join(fakes.path, 'text');
  writeFileSync(file, text);
  return file;
}

function assertNothingLeft(fakes: Fakes): void {
  assert.deepEqual(readdirSync(join(fakes.cache, 'tensorflow')), []);
}

test("without a network the error has pip's reason, which --if-possible reports", {
  skip: withoutPackages,
}, async () => {
  const fakes = makeFakes(['python3', 'g++', 'npm']);
  const environment = { FAKE_PIP_ERROR: fileWith(fakes, pipOffline) };
  const { code, message } = await failureOf(fakes, environment);
  assert.equal(code, 'engine.download-failed');
  assert.match(message, /Temporary failure in name resolution/);
  assert.match(message, /No matching distribution found for tensorflow-cpu==2\.21\.0/);
  assert.match(message, /wasm/);
  const result = await withEnvironment({ ...fakes.environment, ...environment }, () =>
    engineInstall({ variant: 'cpu', ifPossible: true }),
  );
  assert.equal(result.installed, false);
  assert.match(result.missing.join(), /Temporary failure in name resolution/);
  assertNothingLeft(fakes);
});

test('a disk that fills up is reported as such', { skip: withoutPackages }, async () => {
  const fakes = makeFakes(['python3', 'g++', 'npm']);
  const full = 'ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\n';
  const { code, message } = await failureOf(fakes, { FAKE_PIP_ERROR: fileWith(fakes, full) });
  assert.equal(code, 'engine.disk-full');
  assert.match(message, /DCGAN_CACHE/);
  assertNothingLeft(fakes);
});

test("a failed compilation reports the compiler's first errors", { skip: withoutPackages }, async () => {
  const fakes = makeFakes(['python3', 'g++', 'npm']);
  const { code, message } = await failureOf(fakes, { FAKE_COMPILER_ERROR: fileWith(fakes, compilerErrors) });
  assert.equal(code, 'engine.compile-failed');
  assert.match(message, /g\+\+ could not compile.*\n.*fatal error: node_api\.h: No such file or directory/);
  assertNothingLeft(fakes);
});

test('a compiled binding that does not load is not installed', { skip: withoutPackages }, async () => {
  const fakes = makeFakes(['python3', 'g++', 'npm']);
  const { code, message } = await failureOf(fakes);
  assert.equal(code, 'engine.check-failed');
  assert.match(message, /does not load/);
  assertNothingLeft(fakes);
});

test('an error names a cache that cannot be written', { skip: withoutPackages }, async () => {
  const fakes = makeFakes(['python3', 'g++', 'npm']);
  const { code, message } = await failureOf(fakes, { DCGAN_CACHE: fileWith(fakes, 'a file, not a folder') });
  assert.equal(code, 'engine.cannot-write-cache');
  assert.match(message, /ENOTDIR/);
});

test('progress reports the phases in order, and the size that pip announces', { skip: withoutPackages }, async () => {
  const fakes = makeFakes(['python3', 'g++', 'npm']);
  const events: InstallProgress[] = [];
  const environment = { ...fakes.environment, FAKE_DOWNLOAD_SECONDS: '1.3' };
  await withEnvironment(environment, () =>
    assert.rejects(installTensorflow({ variant: 'cpu', onProgress: (event) => events.push(event) })),
  );
  assert.deepEqual([...new Set(events.map(({ phase }) => phase))], ['download', 'unpack', 'compile', 'check']);
  const counted = events.find(({ done }) => done !== undefined);
  assert.deepEqual([counted?.done, counted?.total], [5, 273_800_000]); // the 5 bytes of "half\n" are written so far
});

test('without npm the message says to install it', async () => {
  const { code, message } = await failureOf(makeFakes(['python3', 'g++']));
  assert.equal(code, 'engine.npm-missing');
  assert.match(message, /@tensorflow\/tfjs-node-gpu@4\.22\.0 .*no npm on the PATH.*wasm/s);
});
