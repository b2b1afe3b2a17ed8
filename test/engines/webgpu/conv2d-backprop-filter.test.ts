// Filter gradients larger than one tile and one part, unlike the contract's small layers, compared with their defining sum.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conv2d, grad, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { openEngine } from '../../../src/engines/open.ts';
import { hashedValues } from '../../helpers/hashed-values.ts';
import { noWebgpu } from '../../helpers/webgpu.ts';

const [batch, height, width, channels, filters] = [2, 41, 38, 7, 35];
const [kernelHeight, kernelWidth, before] = [3, 2, 1]; // padding before and after, on both axes
const [strideHeight, strideWidth] = [2, 1];
const outHeight = Math.floor((height + 2 * before - kernelHeight) / strideHeight) + 1;
const outWidth = Math.floor((width + 2 * before - kernelWidth) / strideWidth) + 1;

const x = hashedValues('x', batch * height * width * channels);
const dy = hashedValues('dy', batch * outHeight * outWidth * filters);

/** dw[k, c, f] = sum over images n and outputs o of x[n, s o + k - p, c] dy[n, o, f], in float64. */
function expectedGradient(): number[] {
  const dw = Array<number>(kernelHeight * kernelWidth * channels * filters).fill(0);
  for (let n = 0; n < batch; n++)
    for (let i = 0; i < outHeight; i++)
      for (let j = 0; j < outWidth; j++)
        for (let tap = 0; tap < kernelHeight * kernelWidth; tap++) {
          const row = i * strideHeight + Math.floor(tap / kernelWidth) - before;
          const column = j * strideWidth + (tap % kernelWidth) - before;
          if (row < 0 || row >= height || column < 0 || column >= width) continue;
          for (let c = 0; c < channels; c++)
            for (let f = 0; f < filters; f++)
              dw[(tap * channels + c) * filters + f]! +=
                x[((n * height + row) * width + column) * channels + c]! *
                dy[((n * outHeight + i) * outWidth + j) * filters + f]!;
        }
  return dw;
}

test('a gradient of several tiles and parts equals its defining sum', { skip: noWebgpu }, async () => {
  const { engine } = await openEngine('webgpu');
  const shape: [number, number, number, number] = [kernelHeight, kernelWidth, channels, filters];
  const sides: [number, number] = [before, before];
  const compiled = await engine.compile(
    {
      variables: { w: shape },
      functions: {
        gradient: {
          feeds: {
            x: { shape: [batch, height, width, channels], dtype: 'float32' },
            dy: { shape: [batch, outHeight, outWidth, filters], dtype: 'float32' },
          },
          body({ w }, feeds) {
            const images = feeds['x'] as Tensor4D;
            const convolve = (filter: Tensor) =>
              conv2d(images, filter as Tensor4D, [strideHeight, strideWidth], [[0, 0], sides, sides, [0, 0]]);
            return { outputs: { dw: grad((filter) => convolve(filter).mul(feeds['dy']!).sum())(w!) } };
          },
        },
      },
    },
    { precision: 'float32' },
  );
  await compiled.write({ w: new Float32Array(kernelHeight * kernelWidth * channels * filters) });
  const { dw } = await compiled.run('gradient', { x, dy });
  const expected = expectedGradient();
  const largest = Math.max(...expected.map(Math.abs));
  for (const [index, value] of expected.entries())
    assert.ok(Math.abs(dw![index]! - value) < 1e-5 * largest, `${index}: ${dw![index]} is not ${value}`);
});
