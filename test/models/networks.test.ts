import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../../src/config/load/load.ts';
import { countParameters } from '../../src/models/network.ts';
import { buildNetworks } from '../../src/models/networks.ts';
import { minimalConfig } from '../helpers/minimal-config.ts';
import { configOf } from '../helpers/tiny-network.ts';

const shipped = (name: string) => loadConfig(fileURLToPath(new URL(`../../configs/${name}`, import.meta.url)));

test("counts the parameters of configs/mnist.yaml as Keras' summary of this DCGAN", async () => {
  const { generator, discriminator } = buildNetworks(await shipped('mnist.yaml'));
  // dense 100 x 12544, batch norm 4 x 12544, 5 x 5 x 256 x 128, 4 x 128, 5 x 5 x 128 x 64, 4 x 64, 5 x 5 x 64 x 1:
  // 1,254,400 + 50,176 + 819,200 + 512 + 204,800 + 256 + 1,600; statistics: 2 x (12544 + 128 + 64) = 25,472
  assert.deepEqual(countParameters(generator), { all: 2_330_944, trainable: 2_305_472 });
  // 25 x 1 x 64 + 64, 25 x 64 x 128 + 128, 7 x 7 x 128 + 1: 1,664 + 204,928 + 6,273
  assert.deepEqual(countParameters(discriminator), { all: 212_865, trainable: 212_865 });
});

test('counts the parameters of design 15817e6 for configs/emoji.json', async () => {
  const { generator, discriminator } = buildNetworks(await shipped('emoji.json'));
  // dense 128 x 8192 + 8192                    1,056,768
  // batch norm 4 x 512                             2,048
  // 25 x 512 x 256 + 256, batch norm 4 x 256   3,277,056 + 1,024
  // 25 x 256 x 128 + 128, batch norm 4 x 128     819,328 + 512
  // 25 x 128 x 64 + 64, batch norm 4 x 64        204,864 + 256
  // 25 x 64 x 4 + 4                                6,404
  // statistics: 2 x (512 + 256 + 128 + 64) = 1,920
  assert.deepEqual(countParameters(generator), { all: 5_368_260, trainable: 5_366_340 });
  // 25 x 4 x 64 + 64                               6,464
  // 25 x 64 x 128 + 128, batch norm 4 x 128      204,928 + 512
  // 25 x 128 x 256 + 256, batch norm 4 x 256     819,456 + 1,024
  // 8 x 8 x 256 + 1                               16,385
  // statistics: 2 x (128 + 256) = 768
  assert.deepEqual(countParameters(discriminator), { all: 1_048_769, trainable: 1_048_001 });
});

test('infers the shapes of configs/mnist.yaml layer by layer', async () => {
  const { generator, discriminator } = buildNetworks(await shipped('mnist.yaml'));
  const shapes = (layers: typeof generator.layers) => layers.map(({ layer, output }) => `${layer.type} ${output}`);
  assert.deepEqual(shapes(generator.layers), [
    'dense 12544',
    'batchNorm 12544',
    'leakyRelu 12544',
    'reshape 7,7,256',
    'convTranspose 7,7,128',
    'batchNorm 7,7,128',
    'leakyRelu 7,7,128',
    'convTranspose 14,14,64',
    'batchNorm 14,14,64',
    'leakyRelu 14,14,64',
    'convTranspose 28,28,1',
    'tanh 28,28,1',
  ]);
  assert.deepEqual(shapes(discriminator.layers), [
    'conv 14,14,64',
    'leakyRelu 14,14,64',
    'dropout 14,14,64',
    'conv 7,7,128',
    'leakyRelu 7,7,128',
    'dropout 7,7,128',
    'flatten 6272',
    'dense 1',
  ]);
});

test('builds networks that fit the data for every shipped config', async () => {
  for (const name of ['quick.yaml', 'mnist.yaml', 'emoji.json']) {
    const config = await shipped(name);
    const { height, width, channels } = config.data;
    assert.deepEqual(buildNetworks(config).generator.output, [height, width, channels], name);
  }
});

test("rejects a generator whose size or channels differ from the data's, with both shapes and a fix", () => {
  const content = minimalConfig();
  content.data['size'] = 16;
  assert.throws(() => buildNetworks(configOf(content)), {
    code: 'config.output-mismatch',
    exitCode: 2,
    message:
      /^generator: the last layer \(tanh\) outputs \[8, 8, 1\], but the data is \[16, 16, 1\]\.\n.*\n.*set size: \[8, 8\] in data\./,
  });
  Object.assign(content.data, { size: 8, channels: 3 });
  assert.throws(() => buildNetworks(configOf(content)), {
    code: 'config.output-mismatch',
    message: /outputs \[8, 8, 1\], but the data is \[8, 8, 3\]\.\n.*\nSet filters: 3 .* or channels: 1 in data\./,
  });
  content.generator.layers = [{ type: 'dense', units: 64 }];
  assert.throws(() => buildNetworks(configOf(content)), { message: /the last layer \(dense\) outputs \[64\], but/ });
});

test('rejects a discriminator that does not end in one number', () => {
  const content = minimalConfig();
  content.discriminator.layers = [{ type: 'conv', filters: 1, kernel: 4, stride: 4 }];
  assert.throws(() => buildNetworks(configOf(content)), {
    code: 'config.discriminator-output',
    exitCode: 2,
    message: /outputs \[2, 2, 1\]\.[\s\S]*dense, units: 1/,
  });
  content.discriminator.layers.push({ type: 'conv', filters: 1, kernel: 2, padding: 'valid' });
  assert.deepEqual(buildNetworks(configOf(content)).discriminator.output, [1, 1, 1]);
});
