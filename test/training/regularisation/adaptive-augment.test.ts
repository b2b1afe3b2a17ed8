import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { mul, sum, type Tensor, type Tensor4D, tensor, tensor1d, valueAndGrads } from '@tensorflow/tfjs-core';
import type { Tensors } from '../../../src/engines/engine.ts';
import { scoreRule } from '../../../src/training/losses.ts';
import { adaptAugment, augmentState } from '../../../src/training/regularisation/adaptive-augment.ts';
import { diffAugment } from '../../../src/training/regularisation/diff-augment.ts';
import { useCpuBackend } from '../../helpers/cpu-backend.ts';
import { hashedValues } from '../../helpers/hashed-values.ts';
import { assertClose } from '../step/golden.ts';

before(useCpuBackend);

const bce = { type: 'bce', on: 'logits', generator: 'nonSaturating', discriminatorScale: 1 } as const;

/** The state after updates with these logits on real images, one list per update. */
function statesAfter(updates: number[][], start = [0, 0, 0, 0], inverted = false): number[][] {
  let variables: Tensors = { [augmentState]: tensor1d(start) };
  return updates.map((logits) => {
    const realLogits = tensor(logits, [logits.length, 1]);
    variables = adaptAugment(variables, { target: 0.6, images: 100 }, realLogits, scoreRule(bce, inverted));
    return [...variables[augmentState]!.dataSync()];
  });
}

test('moves the probability at every fourth update, by the images since, up if the mean sign is above the target', () => {
  const sure = [3, 2, 1, 5, 4]; // signs 1
  const unsure = [3, 2, 1, 5, -4]; // mean sign 0.6, which is not above 0.6
  const up = statesAfter([sure, sure, sure, sure, sure]);
  assertClose(up[0]!, [0, 5, 5, 1], 'after one');
  assertClose(up[2]!, [0, 15, 15, 3], 'after three');
  assertClose(up[3]!, [0.2, 0, 0, 0], 'after four'); // 20 of 100 images
  assertClose(up[4]!, [0.2, 5, 5, 1], 'after five');
  assertClose(statesAfter([unsure, unsure, unsure, [3, -1]], [0.5, 0, 0, 0])[3]!, [0.33, 0, 0, 0], 'down by 17 images');
});

test('keeps the probability within 0 and 1', () => {
  assertClose(statesAfter([[-1, -1]], [0.01, 0, 0, 3])[0]!, [0, 0, 0, 0], 'below');
  assertClose(statesAfter([[1, 1]], [0.99, 0, 0, 3])[0]!, [1, 0, 0, 0], 'above');
});

test('counts logits below 0 as real with inverted labels', () => {
  assertClose(statesAfter([[-1, -1]], [0.5, 0, 0, 3], true)[0]!, [0.52, 0, 0, 0], 'up');
});

const shape: [number, number, number, number] = [400, 4, 4, 3];
const images = tensor(hashedValues('images', 400 * 48), shape) as Tensor4D;
const randomness = () => {
  let draw = 0;
  return { seed: tensor1d([7], 'int32'), nextDraw: () => draw++ };
};

/** Which images an augmentation with this probability changes. */
function changedImages(name: 'color' | 'translation' | 'cutout', probability: number): boolean[] {
  const [before, after] = [images, diffAugment(images, [name], randomness(), tensor1d([probability]))].map((x) =>
    x.dataSync(),
  );
  return Array.from({ length: 400 }, (_, image) => {
    const [start, end] = [image * 48, (image + 1) * 48];
    return before!.slice(start, end).some((value, i) => value !== after![start + i]);
  });
}

test('augments an image with the probability, and otherwise leaves it bit for bit', () => {
  for (const name of ['color', 'translation', 'cutout'] as const) {
    assert.ok(
      changedImages(name, 0).every((changed) => !changed),
      name,
    );
    const share = changedImages(name, 0.25).filter(Boolean).length / changedImages(name, 1).filter(Boolean).length;
    assert.ok(Math.abs(share - 0.25) < 0.07, `${name}: ${share}`); // 3 deviations of 400 draws
  }
});

test('passes gradients through applied augmentations only', () => {
  const gradientOf = (probability: number) => {
    const loss = (x: Tensor) =>
      sum(mul(diffAugment(x as Tensor4D, ['cutout'], randomness(), tensor1d([probability])), 2));
    return valueAndGrads(loss)([images]).grads[0]!.dataSync();
  };
  assert.ok(gradientOf(0).every((slope) => slope === 2));
  const half = gradientOf(0.5);
  assert.ok(half.some((slope) => slope === 0) && half.some((slope) => slope === 2));
});
