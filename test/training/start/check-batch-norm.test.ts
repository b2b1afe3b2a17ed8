import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DcganError } from '../../../src/errors.ts';
import { buildNetworks } from '../../../src/models/networks.ts';
import { checkBatchNorm } from '../../../src/training/start/check-batch-norm.ts';
import { tinyConfig } from '../../helpers/temporary-run.ts';
import { configOf } from '../../helpers/tiny-network.ts';

type Change = (content: ReturnType<typeof tinyConfig>) => void;

/** The error message for the tiny config with this number of images; undefined if it is accepted. */
function complaint(images: number, change: Change = () => {}): string | undefined {
  const content = tinyConfig();
  change(content);
  const config = configOf(content);
  try {
    checkBatchNorm(config, buildNetworks(config), images);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof DcganError && error.code === 'config.batch-norm');
    return error.message;
  }
}

const set = (section: 'data' | 'training' | 'outputs', values: object): Change => {
  return (content) => Object.assign(content[section], values);
};

test('rejects a last batch of one image for batch norm on vectors, and suggests a batch size that works', () => {
  const message = complaint(9)!;
  assert.match(
    message,
    /^generator, layer 1 \(batchNorm\) would get one value per channel: the last batch .* 1 image \(9/,
  );
  const [, size] = /--set data\.lastBatch=drop, or --set training\.batchSize=(\d+)/.exec(message)!;
  assert.equal(complaint(9, set('training', { batchSize: Number(size) })), undefined);
  assert.equal(complaint(9, set('data', { lastBatch: 'drop' })), undefined);
  assert.equal(complaint(9, set('data', { lastBatch: 'full-noise' })), undefined); // the generator makes 4 images
  assert.equal(complaint(10), undefined);
  assert.equal(complaint(8), undefined);
});

test('never suggests a batch size that leaves a single image', () => {
  const message = complaint(13, set('training', { batchSize: 3 }))!; // 13 = 1 modulo 3, 4 and 6
  assert.match(message, /training\.batchSize=5,/);
});

test('rejects a batch size of 1 for batch norm on vectors, and accepts it on feature maps', () => {
  assert.match(complaint(10, set('training', { batchSize: 1 }))!, /training\.batchSize is 1.*\n.*\n.*batchSize=16/);
  assert.match(complaint(1)!, /the data has 1 image/);
  const onImages: Change = (content) => {
    content.training.batchSize = 1;
    content.generator.layers.splice(1, 1);
    content.generator.layers.splice(3, 0, { type: 'batchNorm' }); // of [4, 4, 2]
  };
  assert.equal(complaint(10, onImages), undefined);
});

test('counts a one-pixel map as one value, also in the discriminator, where the smaller batch decides', () => {
  const onPixel: Change = (content) => {
    content.data = { ...content.data, lastBatch: 'full-noise' } as typeof content.data;
    content.discriminator.layers = [
      { type: 'conv', filters: 3, kernel: 8, padding: 'valid' },
      { type: 'batchNorm' },
      { type: 'conv', filters: 1, kernel: 1 },
    ] as unknown as typeof content.discriminator.layers;
  };
  assert.match(complaint(9, onPixel)!, /^discriminator, layer 1 \(batchNorm\)/);
  assert.equal(complaint(10, onPixel), undefined);
});

test('rejects batch statistics for a grid of one image', () => {
  const alone = { grid: { rows: 1, columns: 1, batchNorm: 'batch' } };
  assert.match(
    complaint(10, set('outputs', alone))!,
    /outputs\.grid has one image.*\n.*\n--set outputs.grid.batchNorm=moving/,
  );
  assert.equal(complaint(10, set('outputs', { grid: { ...alone.grid, batchNorm: 'moving' } })), undefined);
});
