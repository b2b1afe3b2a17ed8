import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inferenceLayers } from '../../src/exports/inference-layers.ts';
import type { TrainedGenerator } from '../../src/sampling/trained-generator.ts';
import { minimalConfig } from '../helpers/minimal-config.ts';
import { configOf, networkOf } from '../helpers/tiny-network.ts';

type Layers = Parameters<typeof networkOf>[0];

function layersOf(layers: Layers, input: number[], values: Record<string, number[]>, passes = 0) {
  const entries = Object.entries(values).map(([name, list]) => [`discriminator/${name}`, Float32Array.from(list)]);
  const network = networkOf(layers, input);
  const generator: TrainedGenerator = {
    config: configOf(minimalConfig()),
    network,
    weights: Object.fromEntries(entries),
    passes,
  };
  return inferenceLayers(generator);
}

test('batch norm has bias-corrected averages, and ones and zeros for parameters that it does not learn', () => {
  // After 2 passes of momentum 0.5 the starting values 0 and 1 weigh 1/4: 3 / (3/4) = 4 and (1 - 1/4) / (3/4) = 1.
  const layers = [{ type: 'batchNorm', momentum: 0.5, epsilon: 0.25, scale: false, center: false }];
  const values = { '0/movingMean': [3, 0], '0/movingVariance': [1, 4] };
  const [corrected] = layersOf(layers, [2], values, 2);
  assert.deepEqual(corrected, {
    input: [2],
    output: [2],
    type: 'batchNorm',
    epsilon: 0.25,
    momentum: 0.5,
    mean: Float32Array.of(4, 0),
    variance: Float32Array.of(1, 5),
    gamma: Float32Array.of(1, 1),
    beta: Float32Array.of(0, 0),
  });
  const [untouched] = layersOf(layers, [2], values, 0);
  assert.ok(untouched?.type === 'batchNorm');
  assert.deepEqual([...untouched.mean, ...untouched.variance], [3, 0, 1, 4]);
});

test('divides kernels by their spectral norms, and drops dropout', () => {
  // v K u with v = [1, 0], u = [0, 1] picks K[0][1] = 4.
  const [dense, more] = layersOf(
    [
      { type: 'dense', units: 2, spectralNorm: true, bias: false },
      { type: 'dropout', rate: 0.5 },
    ],
    [2],
    { '0/kernel': [2, 4, 6, 8], '0/u': [0, 1], '0/v': [1, 0] },
  );
  assert.equal(more, undefined);
  assert.ok(dense?.type === 'dense');
  assert.deepEqual([...dense.kernel], [0.5, 1, 1.5, 2]);
  assert.equal(dense.bias, undefined);
});

test('a transposed kernel [h, w, out, in] is divided by v K u with K as [h w in, out]', () => {
  // 1 x 1 taps, 2 outputs, 2 inputs: K[out][in] = [[2, 4], [6, 8]]; v picks input 1, u picks output 0: 4.
  const [layer] = layersOf(
    [{ type: 'convTranspose', filters: 2, kernel: 1, spectralNorm: true, bias: false }],
    [1, 1, 2],
    { '0/kernel': [2, 4, 6, 8], '0/u': [1, 0], '0/v': [0, 1] },
  );
  assert.ok(layer?.type === 'convTranspose');
  assert.deepEqual([...layer.kernel], [0.5, 1, 1.5, 2]);
});

test('computes the crop of a transposed convolution', () => {
  const crops = (options: Record<string, unknown>, side: number) => {
    const layers = [{ type: 'convTranspose', filters: 1, bias: false, ...options }];
    const [layer] = layersOf(layers, [side, side, 1], { '0/kernel': [] });
    assert.ok(layer?.type === 'convTranspose');
    return [layer.output[0], layer.crop[0]];
  };
  // Whole: (n - 1) stride + kernel. SAME of 7 to 14 with 5 taps: 17, of which TensorFlow's gradient of SAME keeps 1 ... 14.
  assert.deepEqual(crops({ kernel: 5, stride: 2 }, 7), [14, [1, 2]]);
  // torch.nn.ConvTranspose2d(1, 1, 5, stride=2, padding=2, output_padding=1) of 8: 16 of 19, from 2 on.
  assert.deepEqual(crops({ kernel: 5, stride: 2, padding: 2, outputPadding: 1 }, 8), [16, [2, 1]]);
  // output_padding=1 alone: one more than the whole.
  assert.deepEqual(crops({ kernel: 3, stride: 2, padding: 0, outputPadding: 1 }, 4), [10, [0, -1]]);
});
