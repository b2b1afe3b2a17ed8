// Compares the outputs of an imported checkpoint with PyTorch's for the same weights.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { tensor } from '@tensorflow/tfjs-core';
import { openEngine } from '../../src/engines/open.ts';
import { applyNetwork } from '../../src/models/network.ts';
import { buildNetworks } from '../../src/models/networks.ts';
import { loadCheckpoint } from '../../src/runs/checkpoint.ts';
import { openImageMaker } from '../../src/sampling/image-maker.ts';
import { openGenerator } from '../../src/sampling/open-generator.ts';
import { useCpuBackend } from './cpu-backend.ts';

interface Expected {
  /** [n, size] */
  latents: Float32Array;
  /** [n, height, width, channels] in the config's range */
  images: Float32Array;
  /** [n], before the sigmoid */
  scores: Float32Array;
}

/** The images of these latents equal PyTorch's within 1 / 255 of the range. */
export async function checkImages(root: string, name: string, { latents, images }: Expected): Promise<void> {
  const { generator, step } = await openGenerator(name, { root });
  assert.deepEqual([generator.passes, step], [0, 0]);
  const { engine } = await openEngine('wasm');
  const maker = await openImageMaker(engine, generator, 16);
  const pixels = await maker.make(latents);
  maker.dispose();
  const [low, high] = generator.config.data.range;
  assert.equal(pixels.length, images.length);
  let largest = 0;
  images.forEach((value, i) => {
    largest = Math.max(largest, Math.abs(pixels[i]! / 255 - (value - low) / (high - low)));
  });
  assert.ok(largest < 1 / 255, `${largest * 255} / 255`);
}

/** The discriminator's scores of PyTorch's images equal PyTorch's. */
export async function checkScores(root: string, name: string, { images, scores }: Expected): Promise<void> {
  await useCpuBackend();
  const { config } = (await openGenerator(name, { root })).generator;
  const { tensors } = await loadCheckpoint(join(root, 'checkpoints', name), 'latest');
  const { discriminator } = buildNetworks(config);
  const layers = discriminator.layers.filter(({ layer }) => layer.type !== 'sigmoid');
  const variables = Object.entries(tensors).map(([key, { shape, values }]) => [key, tensor(values, [...shape])]);
  const { y } = applyNetwork({ ...discriminator, layers }, tensor(images, [scores.length, ...discriminator.input]), {
    variables: Object.fromEntries(variables),
    training: false,
  });
  const found = await y.data();
  assert.equal(found.length, scores.length);
  const spread = Math.max(...scores) - Math.min(...scores);
  scores.forEach((score, i) => {
    assert.ok(Math.abs(found[i]! - score) < 1e-4 * spread, `${found[i]}, not ${score} of ${spread}`);
  });
}
