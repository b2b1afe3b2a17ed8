import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BatchPlan, batchesPerEpoch, createBatchOrder } from '../../../src/data/dataset/batches.ts';

const kept: BatchPlan = { count: 10, batchSize: 4, lastBatch: 'keep' };
const dropped: BatchPlan = { ...kept, lastBatch: 'drop' };

function epochOf(plan: BatchPlan, seed: number, epoch: number): number[][] {
  const order = createBatchOrder(plan, seed);
  return Array.from({ length: batchesPerEpoch(plan) }, (_, batch) => [...order(epoch, batch)]);
}

test('uses every image once per epoch, the rest in the last batch', () => {
  const batches = epochOf(kept, 1, 0);
  assert.deepEqual(
    batches.map((batch) => batch.length),
    [4, 4, 2],
  );
  assert.deepEqual(
    batches.flat().sort((a, b) => a - b),
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  );
});

test('with drop, skips the images of an incomplete batch, different ones in each epoch', () => {
  assert.equal(batchesPerEpoch(dropped), 2);
  const leftOut = new Set<number>();
  for (let epoch = 0; epoch < 40; epoch++) {
    const seen = new Set(epochOf(dropped, 1, epoch).flat());
    assert.equal(seen.size, 8);
    for (let image = 0; image < 10; image++) if (!seen.has(image)) leftOut.add(image);
  }
  assert.equal(leftOut.size, 10);
});

test('a resumed run gets the same batches as an uninterrupted one', () => {
  const plan: BatchPlan = { count: 1000, batchSize: 64, lastBatch: 'keep' };
  const unbroken = [0, 1, 2].flatMap((epoch) => epochOf(plan, 7, epoch));
  const resumed = createBatchOrder(plan, 7);
  assert.deepEqual([...resumed(1, 5)], unbroken[16 + 5]);
  assert.deepEqual([...resumed(1, 6)], unbroken[16 + 6]);
  assert.deepEqual([...resumed(2, 0)], unbroken[32]);
  assert.deepEqual([...resumed(0, 15)], unbroken[15]);
});

test('shuffles differently for each epoch and seed', () => {
  assert.notDeepEqual(epochOf(kept, 1, 0), epochOf(kept, 1, 1));
  assert.notDeepEqual(epochOf(kept, 1, 0), epochOf(kept, 2, 0));
});

test('writing to a batch does not change the order', () => {
  const order = createBatchOrder(kept, 1);
  const first = [...order(0, 0)];
  order(0, 0).fill(99);
  assert.deepEqual([...order(0, 0)], first);
});

test('batches larger than the data are kept as one, or refused', () => {
  assert.equal(batchesPerEpoch({ count: 10, batchSize: 64, lastBatch: 'keep' }), 1);
  assert.throws(() => createBatchOrder({ count: 10, batchSize: 64, lastBatch: 'drop' }, 1), {
    code: 'data.too-few-images',
    exitCode: 3,
    message: /10 images do not fill one batch of 64/,
  });
});
