import assert from 'node:assert/strict';
import { test } from 'node:test';
import { taskLayers } from '../../bench/task-layers.ts';
import { networkOf } from '../helpers/tiny-network.ts';

/** The padding of one convolution as a peer receives it. */
function edgesOf(options: Record<string, unknown>, side: number) {
  const [layer] = taskLayers(networkOf([{ filters: 3, ...options }], [side, side, 2]));
  assert.ok(layer?.type === 'conv' || layer?.type === 'convTranspose');
  const { same, sides, output } = layer;
  assert.deepEqual(sides[0], sides[1]);
  return { same, sides: sides[0], size: output[0] };
}

// Windows start at -before; the last one ends at (out - 1) stride + kernel - before, that is `after` beyond the image.
test('a convolution gets the zero padding that its windows reach', () => {
  const conv = { type: 'conv', kernel: 5, stride: 2 };
  assert.deepEqual(edgesOf({ ...conv, padding: 'same' }, 28), { same: true, sides: [1, 2], size: 14 });
  assert.deepEqual(edgesOf({ ...conv, padding: 'valid' }, 29), { same: false, sides: [0, 0], size: 13 });
  assert.deepEqual(edgesOf({ type: 'conv', kernel: 4, stride: 2, padding: 1 }, 64), {
    same: true,
    sides: [1, 1],
    size: 32,
  });
  // torch.nn.Conv2d(2, 3, 3, 2, 1): the row of zeros after the image is never reached
  assert.deepEqual(edgesOf({ type: 'conv', kernel: 3, stride: 2, padding: 1 }, 64), {
    same: false,
    sides: [1, 0],
    size: 32,
  });
});

// Without padding a transposed convolution gives (n - 1) stride + kernel.
test('a transposed convolution gets the cropped pixels', () => {
  const up = { type: 'convTranspose', kernel: 5, stride: 2 };
  assert.deepEqual(edgesOf({ ...up, padding: 'same' }, 14), { same: true, sides: [1, 2], size: 28 });
  assert.deepEqual(edgesOf({ ...up, padding: 2, outputPadding: 1 }, 14), { same: false, sides: [2, 1], size: 28 });
  assert.deepEqual(edgesOf({ type: 'convTranspose', kernel: 4, padding: 0 }, 1), {
    same: false,
    sides: [0, 0],
    size: 4,
  });
});
