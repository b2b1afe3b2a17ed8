// Loads tfjs-node-gpu's kernels from an installation onto this program's tfjs-core.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { argMax, engine, exp, getKernelsForBackend, prelu, tensor1d } from '@tensorflow/tfjs-core';
import { engineInstall } from '../../../src/commands/engine-install.ts';
import { startTensorflow } from '../../../src/engines/tensorflow/engine.ts';
import { installationIn } from '../../../src/engines/tensorflow/install/location.ts';

const real = await engineInstall({ variant: 'cpu', ifPossible: true });
const options = { skip: real.installed ? false : `the native engine cannot be set up here: ${real.missing.join(' ')}` };

test('the kernels register with the tfjs-core that the program uses', options, async () => {
  await startTensorflow(installationIn(real.directory!, 'cpu'));
  assert.equal(engine().backendName, 'tensorflow');
  assert.ok(getKernelsForBackend('tensorflow').length > 100);
});

test('kernels that call methods of tensors compute', options, async () => {
  await startTensorflow(installationIn(real.directory!, 'cpu'));
  assert.deepEqual(await argMax(tensor1d([false, true, false], 'bool')).array(), 1);
  assert.ok(Math.abs((await exp(tensor1d([0, 1], 'int32')).array())[1]! - Math.E) < 1e-6);
  assert.deepEqual(await prelu(tensor1d([-2, 3]), tensor1d([0.5, 0.5])).array(), [-1, 3]);
});

test('kernels that call functions removed from util in Node 23 compute without warnings', options, () => {
  // stack and unstack ask util.isArray and util.isNullOrUndefined for types.
  const program = `
    import util from 'node:util';
    import { stack, tensor1d, tensor2d, unstack } from '@tensorflow/tfjs-core';
    delete util.isArray;
    delete util.isNullOrUndefined;
    const { startTensorflow } = await import('${new URL('../../../src/engines/tensorflow/engine.ts', import.meta.url)}');
    const { installationIn } = await import('${new URL('../../../src/engines/tensorflow/install/location.ts', import.meta.url)}');
    await startTensorflow(installationIn(${JSON.stringify(real.directory)}, 'cpu'));
    const rows = unstack(tensor2d([[1, 2], [3, 4]]));
    console.log(JSON.stringify(await stack([...rows, tensor1d([5, 6])]).array()));`;
  const args = ['--import', 'tsx', '--input-type=module', '-e', program];
  const { stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: new URL('../../../', import.meta.url),
    encoding: 'utf8',
  });
  assert.deepEqual([stdout, stderr], ['[[1,2],[3,4],[5,6]]\n', '']);
});
