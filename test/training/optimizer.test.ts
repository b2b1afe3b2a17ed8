import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { type Scalar, scalar, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import { adamRates, applyGradients, optimizerVariables } from '../../src/training/optimizer.ts';
import { useCpuBackend } from '../helpers/cpu-backend.ts';
import { networkOf } from '../helpers/tiny-network.ts';

before(useCpuBackend);

const settings = { beta1: 0.5, beta2: 0.9, epsilon: 1e-3, form: 'pytorch' as const };

function close(actual: number, expected: number, tolerance = 1e-12): void {
  assert.ok(Math.abs(actual - expected) < tolerance, `${actual}, expected ${expected}`);
}

test('folds the bias corrections into step size and epsilon', () => {
  // t = 1: sqrt(1 - 0.9) = 0.316227766, 1 - 0.5 = 0.5
  const [first, firstEpsilon] = adamRates(settings, 0.1, 1);
  close(first, (0.1 * Math.sqrt(0.1)) / 0.5);
  close(firstEpsilon, 1e-3 * Math.sqrt(0.1));
  // t = 3: 1 - 0.9^3 = 0.271, 1 - 0.5^3 = 0.875
  const [third, thirdEpsilon] = adamRates(settings, 0.1, 3);
  close(third, (0.1 * Math.sqrt(0.271)) / 0.875);
  close(thirdEpsilon, 1e-3 * Math.sqrt(0.271));
  // long after the start the corrections are negligible
  assert.deepEqual(adamRates(settings, 0.1, 100_000), [0.1, 1e-3]);
});

test('updates one weight three times as by hand', () => {
  // gradients 2, -1, 0.5; betas 0.5 and 0.9; rate 0.1; eps 0.001; the weight starts at 1
  // t m        v       mHat = m / (1 - 0.5^t)  vHat = v / (1 - 0.9^t)
  // 1 1        0.4     2                       4                w -= 0.1 * 2 / (2 + 0.001)
  // 2 0        0.46    0                       0.46 / 0.19      w -= 0
  // 3 0.25     0.439   0.25 / 0.875            0.439 / 0.271    w -= 0.1 * 0.285714 / (1.272768 + 0.001)
  const expected = [
    { weight: 1 - 0.2 / 2.001, m: 1, v: 0.4 },
    { weight: 1 - 0.2 / 2.001, m: 0, v: 0.46 },
    { weight: 1 - 0.2 / 2.001 - 0.0285714286 / (1.2727676 + 0.001), m: 0.25, v: 0.439 },
  ];
  let state: Record<string, Tensor> = {
    w: tensor1d([1]),
    'optimizer/w/m': tensor1d([0]),
    'optimizer/w/v': tensor1d([0]),
  };
  for (const [index, gradient] of [2, -1, 0.5].entries()) {
    const [stepSize, epsilon] = adamRates(settings, 0.1, index + 1).map((value) => scalar(value)) as [Scalar, Scalar];
    state = applyGradients(state, { w: tensor1d([gradient]) }, { stepSize, epsilon }, settings);
    const value = (name: string) => state[name]!.dataSync()[0]!;
    close(value('w'), expected[index]!.weight, 1e-6);
    close(value('optimizer/w/m'), expected[index]!.m, 1e-6);
    close(value('optimizer/w/v'), expected[index]!.v, 1e-6);
  }
});

test('adds epsilon to the uncorrected root in the TensorFlow form: two updates as by hand', () => {
  // Keras: alpha = rate sqrt(1 - 0.9^t) / (1 - 0.5^t); w -= alpha m / (sqrt(v) + eps); eps 0.1, gradients 2 and -1, from w = 1
  // t m  v     alpha                        sqrt(v)    tensorflow                       pytorch
  // 1 1  0.4   0.1 0.3162278 / 0.5          0.6324555  0.0632456 / 0.7324555 = 0.08635  0.1 2 / (2 + 0.1) = 0.09524
  // 2 0  0.46  0.1 0.4358899 / 0.75         0.6782330  0
  const expected = { tensorflow: 1 - 0.06324555 / 0.73245553, pytorch: 1 - 0.2 / 2.1 };
  for (const form of ['tensorflow', 'pytorch'] as const) {
    const options = { ...settings, epsilon: 0.1, form };
    let state: Record<string, Tensor> = {
      w: tensor1d([1]),
      'optimizer/w/m': tensor1d([0]),
      'optimizer/w/v': tensor1d([0]),
    };
    for (const [index, gradient] of [2, -1].entries()) {
      const [stepSize, epsilon] = adamRates(options, 0.1, index + 1).map((value) => scalar(value)) as [Scalar, Scalar];
      state = applyGradients(state, { w: tensor1d([gradient]) }, { stepSize, epsilon }, options);
      close(state['w']!.dataSync()[0]!, expected[form], 1e-6);
    }
  }
  assert.ok(expected.tensorflow - expected.pytorch > 0.008);
});

test('keeps two moments of its shape for every trainable weight, and none for statistics', () => {
  const network = networkOf([{ type: 'conv', filters: 2, kernel: 3 }, { type: 'batchNorm' }], [4, 4, 1]);
  assert.deepEqual(optimizerVariables(network), {
    'optimizer/discriminator/0/kernel/m': [3, 3, 1, 2],
    'optimizer/discriminator/0/kernel/v': [3, 3, 1, 2],
    'optimizer/discriminator/0/bias/m': [2],
    'optimizer/discriminator/0/bias/v': [2],
    'optimizer/discriminator/1/gamma/m': [2],
    'optimizer/discriminator/1/gamma/v': [2],
    'optimizer/discriminator/1/beta/m': [2],
    'optimizer/discriminator/1/beta/v': [2],
  });
});
