// Missing prerequisites are reported with a remedy. The PATH contains only what each test puts there.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { engineInstall } from '../../../../src/commands/engine-install.ts';
import { chooseVariant } from '../../../../src/engines/tensorflow/install/gpu.ts';
import { installTensorflow, missingForInstall } from '../../../../src/engines/tensorflow/install/install.ts';
import { DcganError } from '../../../../src/errors.ts';
import { addTool, makeFakes, withEnvironment } from './install-fakes.ts';

test('without Python and a compiler, both are reported with how to get them', async () => {
  const missing = await withEnvironment(makeFakes([]).environment, missingForInstall);
  assert.equal(missing.length, 2);
  assert.match(missing[0]!, /^Python 3 is missing.*apt install python3-pip/);
  assert.match(missing[1]!, /^A C\+\+17 compiler is missing.*apt install g\+\+/);
});

test('a Python without pip is distinguished from no Python', async () => {
  const { environment } = makeFakes(['python3', 'g++']);
  const missing = await withEnvironment({ ...environment, FAKE_NO_PIP: '1' }, missingForInstall);
  assert.equal(missing.length, 1);
  assert.match(missing[0]!, /^pip is missing: python3 \(Python 3\.11\.2\).*apt install python3-pip/);
});

test('rejects Python 2, and accepts `python` if it is Python 3', async () => {
  const { path, environment } = makeFakes(['g++']);
  addTool(path, 'python', 'echo Python 2.7.18 >&2');
  assert.match((await withEnvironment(environment, missingForInstall))[0]!, /^Python 3 is missing/);
  addTool(path, 'python', 'echo Python 3.12.4');
  assert.deepEqual(await withEnvironment(environment, missingForInstall), []);
});

test('with Python a missing compiler is not reported, since pip can download one', async () => {
  assert.deepEqual(await withEnvironment(makeFakes(['python3']).environment, missingForInstall), []);
});

test('ignores a compiler too old for C++17, and uses the one that $CXX names', async () => {
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

test('installing fails with everything that is missing, which --if-possible returns as reasons', async () => {
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

test('chooses the CUDA variant if nvidia-smi lists a GPU', async () => {
  const { environment } = makeFakes(['nvidia-smi']);
  const expected = process.platform === 'linux' && process.arch === 'x64' ? 'cuda' : 'cpu';
  assert.equal(await withEnvironment(environment, chooseVariant), expected);
});
