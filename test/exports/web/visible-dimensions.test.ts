import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dimensionsByVisibility } from '../../../src/exports/web/visible-dimensions.ts';
import { temporaryFolder } from '../../helpers/temporary-run.ts';
import { generatorOf } from '../../helpers/trained-generators.ts';

temporaryFolder();

test('the dimension that changes the image most comes first', async () => {
  const layers = [
    { type: 'dense', units: 4, bias: false },
    { type: 'reshape', shape: [2, 2, 1] },
  ];
  const generator = generatorOf(layers, { size: 2 });
  const strengths = [0.1, -3, 0, 2, 0.5, -1]; // per dimension; the image is the sum of latent x strength at each pixel
  const kernel = Float32Array.from({ length: 24 }, (_, i) => strengths[Math.floor(i / 4)]! * (i % 2 === 0 ? 1 : -1));
  const found = await dimensionsByVisibility({ ...generator, weights: { 'generator/0/kernel': kernel } });
  assert.deepEqual(found, [1, 3, 5, 4, 0, 2]);
});
