// Published networks written as layer lists fit their images and have as many parameters as the originals.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countParameters } from '../../src/models/network.ts';
import { buildNetworks } from '../../src/models/networks.ts';
import { minimalConfig } from '../helpers/minimal-config.ts';
import { configOf } from '../helpers/tiny-network.ts';

type Entry = Record<string, unknown>;

interface Published {
  image: { size: number; channels: number };
  latentSize: number;
  generator: Entry[];
  discriminator: Entry[];
}

/** Numbers of parameters of both networks, and the sides of their square feature maps. */
function walk({ image, latentSize, generator, discriminator }: Published) {
  const content = minimalConfig();
  Object.assign(content.data, image);
  content.generator = { latent: { size: latentSize }, layers: generator };
  content.discriminator = { layers: discriminator };
  const networks = buildNetworks(configOf(content));
  const sides = ({ layers }: typeof networks.generator) =>
    layers.filter(({ layer }) => /^conv|upsample/.test(layer.type)).map(({ output }) => output[0]);
  return {
    generator: { ...countParameters(networks.generator), sides: sides(networks.generator) },
    discriminator: { ...countParameters(networks.discriminator), sides: sides(networks.discriminator) },
  };
}

const norm: Entry = { type: 'batchNorm' };
const leaky = (slope: number): Entry => ({ type: 'leakyRelu', slope });
const conv = (filters: number, kernel: number, stride: number, padding: unknown, more: Entry = {}): Entry => ({
  type: 'conv',
  filters,
  kernel,
  stride,
  padding,
  ...more,
});
const up = (filters: number, kernel: number, stride: number, padding: unknown, more: Entry = {}): Entry => ({
  ...conv(filters, kernel, stride, padding, more),
  type: 'convTranspose',
});

test('Simpsons faces (Moeinh77, PyTorch): 24,034,819 and 17,484,289 trainable parameters', () => {
  const found = walk({
    image: { size: 128, channels: 3 },
    latentSize: 100,
    generator: [
      { type: 'dense', units: 65536 },
      leaky(0.2),
      { type: 'reshape', shape: [8, 8, 1024] },
      ...[up(512, 5, 2, 1), norm, leaky(0.2)],
      ...[up(256, 5, 2, 2), norm, leaky(0.2)],
      ...[up(128, 5, 2, 2), norm, leaky(0.2)],
      ...[up(64, 5, 2, 2, { outputPadding: 1 }), norm, leaky(0.2)],
      conv(3, 5, 1, 1),
      { type: 'tanh' },
    ],
    discriminator: [
      ...[conv(64, 5, 2, 1), norm, leaky(0.2)],
      ...[conv(128, 5, 2, 1), norm, leaky(0.2)],
      ...[conv(256, 5, 2, 1), norm, leaky(0.2)],
      ...[conv(512, 5, 1, 2), norm, leaky(0.2)],
      ...[conv(1024, 5, 2, 2), norm, leaky(0.2)],
      { type: 'flatten' },
      { type: 'dense', units: 1 },
    ],
  });
  assert.equal(found.generator.trainable, 24_034_819);
  assert.equal(found.discriminator.trainable, 17_484_289);
  assert.deepEqual(found.generator.sides, [17, 33, 65, 130, 128]);
  assert.deepEqual(found.discriminator.sides, [63, 31, 15, 15, 8]);
});

test('anime faces (Oulu course, PyTorch): 3,807,043 and 2,766,657 trainable parameters', () => {
  const published = (bias: boolean): Published => ({
    image: { size: 64, channels: 3 },
    latentSize: 128,
    generator: [
      { type: 'reshape', shape: [1, 1, 128] },
      ...[up(512, 4, 1, 0, { bias }), norm, { type: 'relu' }],
      ...[up(256, 4, 2, 1, { bias }), norm, { type: 'relu' }],
      ...[up(128, 4, 2, 1, { bias }), norm, { type: 'relu' }],
      ...[up(64, 4, 2, 1, { bias }), norm, { type: 'relu' }],
      up(3, 4, 2, 1, { bias }),
      { type: 'tanh' },
    ],
    discriminator: [
      {
        type: 'stack',
        filters: '64>128>256>512',
        kernel: 4,
        padding: 1,
        bias,
        norm: 'batchNorm',
        activation: leaky(0.01),
      },
      conv(1, 4, 1, 'valid', { bias }),
      { type: 'flatten' },
    ],
  });
  const found = walk(published(true));
  assert.equal(found.generator.trainable, 3_807_043);
  assert.equal(found.discriminator.trainable, 2_766_657);
  assert.deepEqual(found.generator.sides, [4, 8, 16, 32, 64]);
  assert.deepEqual(found.discriminator.sides, [32, 16, 8, 4, 1]);
  const withoutBias = walk(published(false));
  assert.equal(withoutBias.generator.trainable, 3_806_080);
  assert.equal(withoutBias.discriminator.trainable, 2_765_696);
});

test('anime faces by upsampling (AFG, PyTorch): 1,068,803 and 99,937 trainable parameters', () => {
  const wide: Entry = { type: 'batchNorm', epsilon: 0.8 };
  const drop: Entry = { type: 'dropout', rate: 0.25, channels: true };
  const found = walk({
    image: { size: 64, channels: 3 },
    latentSize: 100,
    generator: [
      { type: 'dense', units: 8192 },
      { type: 'reshape', shape: [8, 8, 128] },
      { type: 'batchNorm', epsilon: 1e-5 },
      {
        type: 'stack',
        filters: '128>64',
        kernel: 3,
        padding: 1,
        upsample: 'nearest',
        norm: wide,
        activation: leaky(0.2),
      },
      { type: 'upsample', factor: 2 },
      ...[conv(32, 3, 1, 1), wide, leaky(0.2)],
      conv(3, 3, 1, 1),
      { type: 'sigmoid' },
    ],
    discriminator: [
      ...[conv(16, 3, 2, 1), leaky(0.2), drop],
      ...[conv(32, 3, 2, 1), leaky(0.2), drop, wide],
      ...[conv(64, 3, 2, 1), leaky(0.2), drop, wide],
      ...[conv(128, 3, 2, 1), leaky(0.2), drop, wide],
      { type: 'flatten' },
      { type: 'dense', units: 1 },
    ],
  });
  assert.equal(found.generator.trainable, 1_068_803);
  assert.equal(found.generator.all, 1_069_507); // including running statistics, as in the published checkpoint
  assert.equal(found.discriminator.trainable, 99_937);
  assert.deepEqual(found.generator.sides, [16, 16, 32, 32, 64, 64, 64]);
  assert.deepEqual(found.discriminator.sides, [32, 16, 8, 4]);
});

test('MNIST at 64 pixels (znxlwm, TensorFlow): 12,656,257 and 11,033,985 trainable parameters', () => {
  const found = walk({
    image: { size: 64, channels: 1 },
    latentSize: 100,
    generator: [
      { type: 'reshape', shape: [1, 1, 100] },
      ...[up(1024, 4, 1, 'valid'), norm, leaky(0.2)],
      { type: 'stack', filters: '512>256>128', kernel: 4, norm: 'batchNorm', activation: leaky(0.2) },
      up(1, 4, 2, 'same'),
      { type: 'tanh' },
    ],
    discriminator: [
      ...[conv(128, 4, 2, 'same'), leaky(0.2)],
      { type: 'stack', filters: '256>512>1024', kernel: 4, norm: 'batchNorm', activation: leaky(0.2) },
      conv(1, 4, 1, 'valid'),
    ],
  });
  assert.equal(found.generator.trainable, 12_656_257);
  assert.equal(found.discriminator.trainable, 11_033_985);
  assert.deepEqual(found.generator.sides, [4, 8, 16, 32, 64]);
  assert.deepEqual(found.discriminator.sides, [32, 16, 8, 4, 1]);
});
