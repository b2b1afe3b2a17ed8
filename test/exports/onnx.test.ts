import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exportOnnx } from '../../src/exports/onnx/format.ts';
import { missingPackages } from '../helpers/python.ts';
import { openElsewhere } from './consumer.ts';
import { type ShapeName, sourceOfShape } from './sources.ts';

const skip = missingPackages('onnx', 'onnxruntime');
const shapes: readonly (readonly [ShapeName, number, number[]])[] = [
  ['mnist', 100, [1, 28, 28]],
  ['afg', 100, [3, 64, 64]],
  ['emoji', 128, [4, 64, 64]],
  ['simpsons', 100, [3, 128, 128]],
  ['odd', 12, [3, 15, 24]],
  ['residual', 5, [3, 4, 12]],
];

for (const [shape, latentSize, [channels, height, width]] of shapes) {
  test(`onnxruntime makes the images of ${shape}'s generator`, { skip }, async () => {
    const found = await openElsewhere(await sourceOfShape(shape), exportOnnx, 'open_onnx.py');
    assert.ok(found.largestDifference <= 1, `${found.largestDifference} of 255`);
    assert.ok(Number(found['rgbDifference']) <= 1);
    assert.ok(Number(found['singleDifference']) < 1e-5);
    assert.ok(Number(found['low']) >= -1 && Number(found['high']) <= 1);
    assert.deepEqual(found['inputs'], [['z', ['batch', latentSize], 'tensor(float)']]);
    assert.deepEqual(found['outputs'], [
      ['rgb', ['batch', 3, height, width], 'tensor(uint8)'],
      ['images', ['batch', channels, height, width], 'tensor(float)'],
    ]);
  });
}
