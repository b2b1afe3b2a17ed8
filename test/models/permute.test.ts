import assert from 'node:assert/strict';
import { test } from 'node:test';
import { permute } from '../../src/models/permute.ts';

const range = (count: number) => Float32Array.from({ length: count }, (_, i) => i);

// Printed by numpy: np.arange(n).reshape(shape).transpose(order).ravel()
const expected = [
  { shape: [2, 3], order: [1, 0], values: [0, 3, 1, 4, 2, 5] },
  { shape: [2, 1, 2, 3], order: [3, 2, 0, 1], values: [0, 6, 3, 9, 1, 7, 4, 10, 2, 8, 5, 11] },
  { shape: [2, 3, 2], order: [2, 0, 1], values: [0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11] },
  { shape: [4], order: [0], values: [0, 1, 2, 3] },
];

for (const { shape, order, values } of expected) {
  test(`permutes [${shape.join(', ')}] to the order ${order.join(', ')} as numpy.transpose`, () => {
    assert.deepEqual([...permute(range(values.length), shape, order)], values);
  });
}
