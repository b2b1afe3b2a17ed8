import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { type Tensor, tensor, valueAndGrads } from '@tensorflow/tfjs-core';
import { lossObject } from '../../src/config/schema/training.ts';
import { adversarialLoss, scoreRule } from '../../src/training/losses.ts';
import { useCpuBackend } from '../helpers/cpu-backend.ts';
import { hashedValues } from '../helpers/hashed-values.ts';
import { assertClose, golden } from './step/golden.ts';

before(useCpuBackend);

const cases = {
  bce: { type: 'bce' },
  'bce on probabilities': { type: 'bce', on: 'probabilities' },
  minimax: { type: 'bce', generator: 'minimax' },
  'minimax on probabilities': { type: 'bce', on: 'probabilities', generator: 'minimax' },
  lsgan: { type: 'lsgan' },
  hinge: { type: 'hinge' },
  wgan: { type: 'wgan' },
};

const column = (values: Float32Array) => tensor(values, [values.length, 1]);

/** [count, 1], as in make.py: logits in [-3, 3), or probabilities that include 0 and 1. */
function logitsOf(name: string, count: number, probabilities: boolean): Tensor {
  if (!probabilities) return column(hashedValues(name, count).map((value) => 3 * value));
  const values = hashedValues(name, count).map((value) => 0.5 + 0.5 * value);
  values[0] = 0;
  values[count - 1] = 1;
  return column(values);
}

const numbers = (value: Tensor) => value.dataSync();

for (const [name, settings] of Object.entries(cases)) {
  test(`${name}: both losses and their gradients equal PyTorch's`, () => {
    const config = lossObject.parse(settings);
    const expected = golden.losses[name]!;
    const loss = adversarialLoss(config);
    const [real, fake] = [
      logitsOf('real', 5, config.on === 'probabilities'),
      logitsOf('fake', 7, config.on === 'probabilities'),
    ];
    const realLabels = column(
      hashedValues('real labels', 5).map((value) => Math.fround(0.9) + Math.fround(0.1) * value),
    );
    const fakeLabels = column(
      hashedValues('fake labels', 7).map((value) => Math.fround(0.1) + Math.fround(0.1) * value),
    );
    const discriminator = valueAndGrads(
      (r: Tensor, f: Tensor) => loss.discriminator(r, f, realLabels, fakeLabels).total,
    )([real, fake]);
    assertClose(numbers(discriminator.value), [expected.discriminator.value], 'discriminator loss');
    assertClose(numbers(discriminator.grads[0]!), expected.discriminator.real, 'gradient at real logits');
    assertClose(numbers(discriminator.grads[1]!), expected.discriminator.fake, 'gradient at fake logits');
    const ones = column(new Float32Array(7).fill(1));
    const zeros = column(new Float32Array(7));
    const generator = valueAndGrads((f: Tensor) => loss.generator(f, ones, zeros))([fake]);
    assertClose(numbers(generator.value), [expected.generator.value], 'generator loss');
    assertClose(numbers(generator.grads[0]!), expected.generator.fake, "gradient of the generator's loss");
  });
}

test('scores logits and sets the threshold by the loss, and mirrors scores with inverted labels', () => {
  const scored = (settings: object, inverted: boolean, logit: number) => {
    const { score, realAbove } = scoreRule(lossObject.parse(settings), inverted);
    return [
      Number(
        score(tensor([logit]))
          .dataSync()[0]!
          .toFixed(6),
      ),
      realAbove,
    ];
  };
  // sigmoid(ln 3) = 3 / 4
  assert.deepEqual(scored({ type: 'bce' }, false, Math.log(3)), [0.75, 0.5]);
  assert.deepEqual(scored({ type: 'bce' }, true, Math.log(3)), [0.25, 0.5]);
  assert.deepEqual(scored({ type: 'bce', on: 'probabilities' }, false, 0.75), [0.75, 0.5]);
  assert.deepEqual(scored({ type: 'bce', on: 'probabilities' }, true, 0.75), [0.25, 0.5]);
  assert.deepEqual(scored({ type: 'lsgan' }, false, 1.5), [1.5, 0.5]);
  assert.deepEqual(scored({ type: 'lsgan' }, true, 1.5), [-0.5, 0.5]);
  for (const type of ['hinge', 'wgan']) assert.deepEqual(scored({ type }, false, -2), [-2, 0]);
});
