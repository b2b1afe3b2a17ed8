import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pytorch } from '../../../src/imports/files/pytorch.ts';
import { findUnordered, orderByShape } from '../../../src/imports/match/order-by-shape.ts';

/** Batch norms with these keys and sizes. */
const batchNorms = (sizes: Record<string, number>) =>
  pytorch.layersOf(
    new Map(
      Object.entries(sizes).flatMap(([key, size]) =>
        ['weight', 'running_mean'].map((part) => [`${key}.${part}`, { shape: [size], read: () => assert.fail() }]),
      ),
    ),
  );

test('orders layers by the expected shapes, and equal shapes by their names', () => {
  const given = batchNorms({ 'blocks.2': 5, 'blocks.5': 4, 'blocks.9': 5, 'l1.1': 24 });
  const wanted = [24, 5, 4, 5];
  const ordered = orderByShape(given, 4, (i, { parts }) => parts.get('weight')!.shape[0] === wanted[i]);
  assert.deepEqual(
    ordered.map(({ key }) => key),
    ['l1.1', 'blocks.2', 'blocks.5', 'blocks.9'],
  );
});

test('puts layers that fit nowhere into the remaining positions', () => {
  const given = batchNorms({ a: 1, b: 2, c: 3 });
  const ordered = orderByShape(given, 2, (i, { parts }) => i === 0 && parts.get('weight')!.shape[0] === 3);
  assert.deepEqual(
    ordered.map(({ key }) => key),
    ['c', 'a', 'b'],
  );
});

const cases: [title: string, sizes: Record<string, number>, unordered: string[] | undefined][] = [
  ['numbers tell the order', { 'cnn.3': 8, 'cnn.12': 8 }, undefined],
  ['numbers at the end of names tell it too', { 'cnnT1.1': 8, 'cnnT2.1': 8 }, undefined],
  ["Keras's numbers count from the second on", { conv2d: 8, conv2d_1: 8 }, undefined],
  ['other kinds in Keras tell nothing', { conv2d: 8, conv2d_transpose: 8 }, ['conv2d', 'conv2d_transpose']],
  ['other sizes need no order', { 'l1.1': 24, 'cnn.1': 8 }, undefined],
  ['other names tell nothing', { 'cnn.1': 8, 'l1.1': 8 }, ['cnn.1', 'l1.1']],
];
for (const [title, sizes, unordered] of cases) {
  test(title, () => {
    assert.deepEqual(
      findUnordered(batchNorms(sizes))?.map(({ key }) => key),
      unordered,
    );
  });
}
