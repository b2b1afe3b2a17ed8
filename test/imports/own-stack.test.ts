import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, test } from 'node:test';
import sharp from 'sharp';
import { train } from '../../src/commands/train.ts';
import { temporaryFolder, tinyConfig, writeJsonFile, writePictures } from '../helpers/temporary-run.ts';

const root = temporaryFolder();
before(() => writePictures(join(root, 'pictures'), 10));

/** A user's own networks for 48 x 64 gray pictures: kernel 3, a stride of 3 down the rows (16 -> 48) and of 2 along them (32 -> 64). */
function ownStack() {
  const generator = [
    { type: 'dense', units: 16 * 32 * 4 },
    { type: 'reshape', shape: [16, 32, 4] },
    { type: 'batchNorm' },
    { type: 'relu' },
    { type: 'convTranspose', filters: 1, kernel: 3, stride: [3, 2] },
    { type: 'tanh' },
  ];
  const discriminator = [
    { type: 'conv', filters: 4, kernel: 3, stride: 3 },
    { type: 'leakyRelu' },
    { type: 'flatten' },
    { type: 'dense', units: 1 },
  ];
  const tiny = tinyConfig();
  return {
    ...tiny,
    data: { ...tiny.data, size: [48, 64], channels: 1 },
    generator: { ...tiny.generator, layers: generator },
    discriminator: { ...tiny.discriminator, layers: discriminator },
    outputs: { ...tiny.outputs, grid: { rows: 2, columns: 2 } },
  };
}

const io = { onEvent: () => {}, shouldStop: () => false };

test('trains on 48 x 64 gray pixels with kernel 3 and stride 3', async () => {
  const config = writeJsonFile(join(root, 'own.json'), ownStack());
  const result = await train({ config, set: [], engine: 'wasm', root, fresh: false }, io);
  const grid = result.files.find((file) => file.includes('samples'))!;
  const { width, height, channels } = await sharp(join(root, grid)).metadata();
  // 2 x 2 images of 48 x 64 with 2 pixels around each
  assert.deepEqual([width, height, channels], [2 * 64 + 6, 2 * 48 + 6, 1]);
});

test('refuses layers that do not fit before training, naming the layer', async () => {
  const content = ownStack();
  const tooLarge = { type: 'conv', filters: 2, kernel: 50, padding: 'valid' };
  const discriminator = { ...content.discriminator, layers: [tooLarge, ...content.discriminator.layers] };
  const config = writeJsonFile(join(root, 'wrong.json'), { ...content, discriminator });
  const options = { config, set: [], engine: 'wasm' as const, root: join(root, 'elsewhere'), fresh: false };
  await assert.rejects(train(options, io), {
    code: 'config.shape',
    message: /discriminator, layer 0 \(conv\).*50 x 50.*\[48, 64, 1\]/s,
  });
});
