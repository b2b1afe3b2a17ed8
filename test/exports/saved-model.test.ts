import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exportSavedModel } from '../../src/exports/saved-model/format.ts';
import { missingPackages, openElsewhere } from './consumer.ts';
import { randomSource, shapeNames } from './random-generator.ts';

const skip = missingPackages('tensorflow');

for (const shape of shapeNames) {
  test(`TensorFlow makes the images of ${shape}'s generator`, { skip }, async () => {
    const found = await openElsewhere(await randomSource(shape), exportSavedModel, 'open_saved_model.py');
    assert.ok(found.largestDifference <= 1, `${found.largestDifference} of 255`);
    assert.ok(Number(found['singleDifference']) < 1e-5);
    assert.ok(Number(found['low']) >= 0 && Number(found['high']) <= 1);
  });
}

test('the signature names what goes in and what comes out, for any number of images', { skip }, async () => {
  const { inputs, outputs } = await openElsewhere(await randomSource('odd'), exportSavedModel, 'open_saved_model.py');
  assert.deepEqual(inputs, { z: [null, 12] });
  assert.deepEqual(outputs, { images: [null, 15, 24, 3] });
});
