import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { tensor } from '@tensorflow/tfjs-core';
import type { OptimizerConfig } from '../../../src/config/config.ts';
import { clipGradients, clipValues } from '../../../src/training/regularisation/clipping.ts';
import { useCpuBackend } from '../../helpers/cpu-backend.ts';
import { hashedValues } from '../../helpers/hashed-values.ts';
import { minimalConfig } from '../../helpers/minimal-config.ts';
import { configOf } from '../../helpers/tiny-network.ts';
import { assertClose, golden } from '../step/golden.ts';

before(useCpuBackend);

const gradient = (index: number, count: number) => hashedValues(`gradient ${index}`, count).map((value) => 2 * value);

function clipped(limits: object): { a: Float32Array; b: Float32Array } {
  const content = minimalConfig();
  Object.assign(content.generator, { optimizer: limits });
  const optimizer: OptimizerConfig = configOf(content).generator.optimizer;
  const gradients = { a: tensor(gradient(0, 6), [6]), b: tensor(gradient(1, 4), [2, 2]) };
  const result = clipGradients(gradients, optimizer);
  assert.deepEqual(result['b']!.shape, [2, 2]);
  return { a: result['a']!.dataSync() as Float32Array, b: result['b']!.dataSync() as Float32Array };
}

for (const { options, gradients } of golden.clipping) {
  test(`clips gradients under ${JSON.stringify(options)} as torch.nn.utils.clip_grad_value_, then clip_grad_norm_`, () => {
    const { a, b } = clipped(options);
    assertClose(a, gradients[0]!, 'first gradient', 2e-6); // PyTorch adds 1e-6 to the norm
    assertClose(b, gradients[1]!, 'second gradient', 2e-6);
  });
}

test('scales the global norm down to the limit, and leaves smaller gradients bit for bit', () => {
  const { a, b } = clipped({ clipNorm: 0.3 });
  assert.ok(Math.abs(Math.hypot(...a, ...b) - 0.3) < 1e-6);
  assert.deepEqual(clipped({ clipNorm: 100 }), { a: gradient(0, 6), b: gradient(1, 4) });
  assert.deepEqual(clipped({}), { a: gradient(0, 6), b: gradient(1, 4) });
});

test('clips weights to the limit, and leaves smaller ones bit for bit', () => {
  const weights = hashedValues('weights', 100);
  const { w } = clipValues({ w: tensor(weights) }, 0.25) as { w: ReturnType<typeof tensor> };
  const expected = weights.map((value) => Math.max(-0.25, Math.min(0.25, value)));
  assert.deepEqual(w.dataSync(), expected);
  assert.ok(weights.some((value) => Math.abs(value) > 0.25) && weights.some((value) => Math.abs(value) < 0.25));
});
