import assert from 'node:assert/strict';
import { test } from 'node:test';
import { elementCount } from '../../src/formats/tensor-shape.ts';

test('the number of elements is the product of the sides; a scalar has one', () => {
  assert.equal(elementCount([2, 3, 4]), 24);
  assert.equal(elementCount([5, 0]), 0);
  assert.equal(elementCount([]), 1);
});
