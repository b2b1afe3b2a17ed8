// Tests the CUDA build, if installed (`dcgan engine install --cuda`, about 5 GB).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { engineInfo } from '../../../src/commands/engine-info.ts';
import { findInstallation } from '../../../src/engines/tensorflow/install/location.ts';

const skip = findInstallation()?.variant === 'cuda' ? false : 'the CUDA build is not installed here';

test('the CUDA build loads, and computes on the GPU or says why not', { skip }, async () => {
  const { name, device, gpu, cudaIdle } = await engineInfo('tensorflow');
  assert.equal(name, 'tensorflow');
  if (gpu) assert.equal(device, 'CUDA GPU');
  else {
    assert.equal(device, 'CPU');
    assert.match(cudaIdle!, /\w/);
  }
});
