// What is missing is found, and said with its remedy: on a PATH that holds only what each test puts there.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { engineInstall } from '../../../../src/commands/engine-install.ts';
import { installTensorflow, missingForInstall } from '../../../../src/engines/tensorflow/install/install.ts';
import { chooseVariant } from '../../../../src/engines/tensorflow/install/variant.ts';
import { DcganError } from '../../../../src/errors.ts';
import { addTool, makeFakes, withEnvironment } from './install-fakes.ts';

test('without Python and without a compiler both are missing, each with how to get it', async () => {
  const missing = await withEnvironment(makeFakes([]).environment, missingForInstall);
  assert.equal(missing.length, 2);
  assert.match(missing[0]!, /^Python 3 is missing.*apt install python3-pip/);
  assert.match(missing[1]!, /^A C\+\+17 compiler is missing.*apt install g\+\+/);
});

test('a Python without pip is told from no Python', async () => {
  const { environment } = makeFakes(['python3', 'g++']);
  const missing = await withEnvironment({ ...environment, FAKE_NO_PIP: '1' }, missingForInstall);
  assert.equal(missing.length, 1);
  assert.match(missing[0]!, /^pip is missing: python3 \(Python 3\.11\.2\).*apt install python3-pip/);
});

test('a Python 2 is no Python 3, and `python` will do if it is one', async () => {
  const { path, environment } = makeFakes(['g++']);
  addTool(path, 'python', 'echo Python 2.7.18 >&2');
  assert.match((await withEnvironment(environment, missingForInstall))[0]!, /^Python 3 is missing/);
  addTool(path, 'python', 'echo Python 3.12.4');
  assert.deepEqual(await withEnvironment(environment, missingForInstall), []);
});

test('a compiler is not missing where Python is: then one is fetched with pip', async () => {
  assert.deepEqual(await withEnvironment(makeFakes(['python3']).environment, missingForInstall), []);
});

test('a compiler too old for C++17 does not count, the one that $CXX names does', async () => {
  const { path, environment } = makeFakes([]);
  addTool(
    path,
    'g++',
    `case "$*" in *-std=c++17*) echo "unrecognized command line option '-std=c++17'" >&2; exit 1;; esac`,
  );
  assert.equal((await withEnvironment(environment, missingForInstall)).length, 2);
  addTool(path, 'my-compiler', '[ "$1" = --launch ] && [ "$2" = -std=c++17 ]');
  const missing = await withEnvironment({ ...environment, CXX: 'my-compiler --launch' }, missingForInstall);
  assert.equal(missing.length, 1);
});

test('installing where something is missing fails with all of it; if-possible gives it as reasons', async () => {
  const { environment } = makeFakes([]);
  await withEnvironment(environment, async () => {
    await assert.rejects(installTensorflow({ variant: 'cpu' }), (error) => {
      assert.ok(error instanceof DcganError);
      assert.equal(error.code, 'engine.no-python');
      assert.equal(error.exitCode, 5);
      assert.match(error.message, /python3-pip.*g\+\+.*wasm/s);
      return true;
    });
    const result = await engineInstall({ variant: 'cpu', ifPossible: true });
    assert.deepEqual([result.installed, result.missing.length], [false, 2]);
    await assert.rejects(engineInstall({ variant: 'cpu', ifPossible: false }), { code: 'engine.no-python' });
  });
});

test('the CUDA variant is chosen where nvidia-smi lists a GPU', async () => {
  const { environment } = makeFakes(['nvidia-smi']);
  const expected = process.platform === 'linux' && process.arch === 'x64' ? 'cuda' : 'cpu';
  assert.equal(await withEnvironment(environment, chooseVariant), expected);
});
