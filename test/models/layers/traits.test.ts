import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SingleLayer } from '../../../src/config/schema/layers.ts';
import { singleLayersOf } from '../../../src/models/infer-shapes.ts';
import { hasTrait } from '../../../src/models/layer-registry.ts';
import { networkOf } from '../../helpers/tiny-network.ts';

/** The options that each layer on vectors needs; undefined for layers on images. */
const onVectors: Record<SingleLayer['type'], Record<string, unknown> | undefined> = {
  dense: { units: 8 },
  batchNorm: {},
  relu: {},
  leakyRelu: {},
  tanh: {},
  sigmoid: {},
  dropout: { rate: 0.5 },
  conv: undefined,
  convTranspose: undefined,
  upsample: undefined,
  averagePool: undefined,
  minibatchStdDev: undefined,
  reshape: undefined,
  flatten: undefined,
};

// Without the trait, imports and exports would leave the weights around the layer in the wrong order, without an error.
test('a layer that keeps the length of a vector is featurewise unless it has a kernel', () => {
  for (const [type, options] of Object.entries(onVectors)) {
    if (!options) continue;
    const [, shaped] = singleLayersOf(
      networkOf(
        [
          { type: 'dense', units: 8 },
          { type, ...options },
          { type: 'dense', units: 1 },
        ],
        [4],
      ).layers,
    );
    assert.deepEqual(shaped!.output, [8]);
    assert.notEqual(hasTrait(shaped!.layer, 'featurewise'), hasTrait(shaped!.layer, 'kernel'), type);
  }
});
