import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openProducts } from '../../src/wasm/products.ts';
import { hashedValues } from '../helpers/hashed-values.ts';

test('products with unit vectors pick columns', () => {
  const { a, b, result, run } = openProducts({ k: 2, n: 8, m: 4 });
  a.set([1, 2, 3, 4, 5, 6, 7, 8, 10, 20, 30, 40, 50, 60, 70, 80]);
  b.set([1, 0, 0, 1, 1, 1, 2, -1]);
  run();
  assert.deepEqual(
    Array.from({ length: 4 }, (_, row) => [...result.subarray(8 * row, 8 * row + 8)]),
    [
      [1, 2, 3, 4, 5, 6, 7, 8],
      [10, 20, 30, 40, 50, 60, 70, 80],
      [11, 22, 33, 44, 55, 66, 77, 88],
      [-8, -16, -24, -32, -40, -48, -56, -64],
    ],
  );
});

test('a larger product has the right values in every tile, also in a second run', () => {
  const [k, n, m] = [147, 40, 12];
  const product = openProducts({ k, n, m });
  for (const name of ['first', 'second']) {
    product.a.set(hashedValues(`${name}/a`, k * n));
    product.b.set(hashedValues(`${name}/b`, m * k));
    product.run();
    for (let row = 0; row < m; row++) {
      for (let column = 0; column < n; column++) {
        let expected = 0;
        for (let i = 0; i < k; i++) expected += product.a[i * n + column]! * product.b[row * k + i]!;
        assert.ok(Math.abs(product.result[row * n + column]! - expected) < 1e-5, `${row}, ${column}`);
      }
    }
  }
});
