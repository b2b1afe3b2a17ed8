// The CUDA build, where one is installed (`dcgan engine install --cuda`, about 5 GB): with a GPU it is used, without one it is said.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { engineInfo } from '../../../src/commands/engine-info.ts';
import { findInstallation } from '../../../src/engines/tensorflow/install/location.ts';

const skip = findInstallation()?.variant === 'cuda' ? false : 'the CUDA build is not installed here';

test('it loads, and computes on the GPU or says what keeps it from that', { skip }, async () => {
  const { name, device, gpu, cudaIdle } = await engineInfo('tensorflow');
  assert.equal(name, 'tensorflow');
  if (gpu) assert.equal(device, 'CUDA GPU');
  else {
    assert.equal(device, 'CPU');
    assert.match(cudaIdle!, /\w/);
  }
});
