// Spectral normalisation, compared with values computed by hand.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { tensor } from '@tensorflow/tfjs-core';
import { useCpuBackend } from '../../helpers/cpu-backend.ts';
import { networkOf } from '../../helpers/tiny-network.ts';
import { apply, assertClose, type Values } from './apply-layer.ts';

before(useCpuBackend);

const spectralDense = networkOf([{ type: 'dense', units: 2, bias: false, spectralNorm: true }], [2]);

test('divides by v K u after one step of power iteration, and by the same at inference', () => {
  // K = diag(3, 4), v = (0.6, 0.8): u = K v / |.| = (1.8, 3.2) / |.|, v = K u / |.| = (5.4, 12.8) / |.|
  const values = { kernel: [3, 0, 0, 4], u: [1, 0], v: [0.6, 0.8] };
  const x = tensor([[1, 1]]);
  const { y, updates } = apply(spectralDense, x, values, { training: true });
  const u = [1.8 / Math.hypot(1.8, 3.2), 3.2 / Math.hypot(1.8, 3.2)];
  const v = [5.4 / Math.hypot(5.4, 12.8), 12.8 / Math.hypot(5.4, 12.8)];
  const sigma = 3 * u[0]! * v[0]! + 4 * u[1]! * v[1]!;
  assertClose(updates['u']!, u);
  assertClose(updates['v']!, v);
  assertClose(y, [3 / sigma, 4 / sigma]);
  const inference = apply(spectralDense, x, { kernel: values.kernel, u, v });
  assertClose(inference.y, [3 / sigma, 4 / sigma]);
  assert.deepEqual(inference.updates, {});
});

test('has a largest singular value of 1 after many passes', () => {
  // K = [[2, 2], [-1, 1]]: K^T K = [[5, 3], [3, 5]], singular values sqrt(8) with (1, 1) / sqrt(2), and sqrt(2).
  let values: Values = { kernel: [2, 2, -1, 1], u: [0.6, -0.8], v: [-0.28, 0.96] };
  const x = tensor([
    [1, 0],
    [0, 1],
  ]);
  for (let pass = 0; pass < 30; pass++) {
    const { updates } = apply(spectralDense, x, values, { training: true });
    values = { ...values, ...updates };
  }
  const [a, b, c, d] = apply(spectralDense, x, values).y as [number, number, number, number];
  assertClose(
    [a, b, c, d],
    [2, 2, -1, 1].map((value) => value / Math.sqrt(8)),
  );
  const [trace, determinant] = [a * a + b * b + c * c + d * d, (a * d - b * c) ** 2];
  assertClose([(trace + Math.sqrt(trace ** 2 - 4 * determinant)) / 2], [1]); // the larger eigenvalue of K^T K
});
