import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { mul, sum, type Tensor, type Tensor4D, tensor, tensor1d, valueAndGrads } from '@tensorflow/tfjs-core';
import { diffAugment } from '../../../src/training/regularisation/diff-augment.ts';
import { useCpuBackend } from '../../helpers/cpu-backend.ts';
import { hashedValues } from '../../helpers/hashed-values.ts';
import { assertClose, golden } from '../step/golden.ts';

before(useCpuBackend);

const size = (shape: readonly number[]) => shape.reduce((product, side) => product * side, 1);

/** The random numbers of a step, from its first draw on. */
function randomness(seed = 7) {
  let draw = 0;
  return { seed: tensor1d([seed], 'int32'), nextDraw: () => draw++ };
}

for (const { names, shape, values, gradient } of golden.diffAugment) {
  test(`${names.join(', ')}: images and gradient equal the published formulas in PyTorch`, () => {
    const x = tensor(hashedValues('images', size(shape)), shape);
    const weights = tensor(hashedValues('weights', size(shape)), shape);
    const changed = diffAugment(x as Tensor4D, names, randomness());
    assert.deepEqual(changed.shape, shape);
    assertClose(changed.dataSync(), values, 'images');
    const loss = (given: Tensor) => sum(mul(diffAugment(given as Tensor4D, names, randomness()), weights));
    assertClose(valueAndGrads(loss)([x]).grads[0]!.dataSync(), gradient, 'gradient');
  });
}

test('returns the images themselves without augmentations, and augments each image differently', () => {
  const one = hashedValues('images', 8 * 8 * 3);
  const twice = tensor([...one, ...one], [2, 8, 8, 3]) as Tensor4D;
  assert.equal(diffAugment(twice, [], randomness()), twice);
  for (const name of ['color', 'translation', 'cutout'] as const) {
    const [first, second] = [0, 1].map((index) =>
      diffAugment(twice, [name], randomness())
        .dataSync()
        .slice(index * one.length, (index + 1) * one.length),
    );
    assert.notDeepEqual(first, second, name);
  }
});

test('draws shifts up to an eighth of the side uniformly, and cutouts of half the side anywhere', () => {
  const count = 4000;
  const image = Float32Array.from({ length: 16 }, (_, pixel) => pixel + 1); // 16 x 1, each pixel its number
  const images = tensor(
    Float32Array.from({ length: count * 16 }, (_, i) => image[i % 16]!),
    [count, 16, 1, 1],
  ) as Tensor4D;
  const rows = (name: 'translation' | 'cutout') => {
    const values = diffAugment(images, [name], randomness()).dataSync();
    return Array.from({ length: count }, (_, index) => [...values.subarray(index * 16, index * 16 + 16)]);
  };
  const shifts = new Map<number, number>();
  for (const row of rows('translation')) {
    const shift = 8 - row[8]! + 1; // pixel 8 shows number 9 - shift
    shifts.set(shift, (shifts.get(shift) ?? 0) + 1);
  }
  assert.deepEqual(
    [...shifts.keys()].sort((a, b) => a - b),
    [-2, -1, 0, 1, 2],
  );
  // a fifth each; deviation sqrt(0.2 * 0.8 / 4000) = 0.0063
  for (const times of shifts.values()) assert.ok(Math.abs(times / count - 0.2) < 0.026, String(times));
  // an image 1 wide has a cut of round(0.5) = 1 column, always that one
  const widths = rows('cutout').map((row) => row.filter((value) => value === 0).length);
  assert.equal(Math.max(...widths), 8);
  assert.equal(Math.min(...widths), 4); // centred on the border
});
