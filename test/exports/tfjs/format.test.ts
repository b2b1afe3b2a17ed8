import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setBackend, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import { exportTfjs } from '../../../src/exports/tfjs/format.ts';
import { latentsOfSeeds } from '../../../src/models/latents.ts';
import { toPixels } from '../../../src/pictures/images.ts';
import type { TrainedGenerator } from '../../../src/sampling/trained-generator.ts';
import { useCpuBackend } from '../../helpers/cpu-backend.ts';
import { serve } from '../../helpers/static-server.ts';
import { listAll, temporaryFolder } from '../../helpers/temporary-run.ts';
import { generatorOf, largestDifference, sampledPixels, shippedDesign } from '../../helpers/trained-generators.ts';
import { residualGenerator, sourceOf } from '../sources.ts';

const root = temporaryFolder();
const address = serve(root);
const seeds = [0, 1, 2, 3];

async function exported(generator: TrainedGenerator) {
  const folder = mkdtempSync(join(root, 'export-'));
  const files = await exportTfjs(sourceOf(generator), folder);
  return { folder, files, url: `${await address}${folder.slice(root.length + 1)}/model.json` };
}

/** The exported model's images of the seeds, on the plain JavaScript backend. */
async function loadedPixels(generator: TrainedGenerator, url: string): Promise<Uint8Array> {
  await useCpuBackend();
  await setBackend('cpu');
  const model = await loadLayersModel(url);
  const { latent } = generator.config.generator;
  const images = model.predict(tensor2d(latentsOfSeeds(latent, seeds), [seeds.length, latent.size])) as Tensor;
  assert.deepEqual(images.shape, [seeds.length, ...generator.network.output]);
  return toPixels(images.dataSync() as Float32Array, generator.config.data.range);
}

async function checkImages(generator: TrainedGenerator, name: string): Promise<void> {
  const expected = await sampledPixels(generator, seeds);
  assert.ok(new Set(expected).size > Math.min(60, expected.length / 3), `${name}: the images are too dull to compare`);
  const { url } = await exported(generator);
  const difference = largestDifference(await loadedPixels(generator, url), expected);
  assert.ok(difference <= 1, `${name}: images differ by ${difference} of 255`);
}

const designs = [
  'quick.yaml',
  'afg.yaml',
  'anime.yaml',
  'celeba.yaml',
  'emoji.json',
  'mnist-test4.yaml',
  'mnist64-znxlwm.yaml',
  'simpsons.yaml',
];

for (const file of designs) {
  test(`tf.loadLayersModel makes the images of dcgan sample: ${file}`, async () => {
    await checkImages(await shippedDesign(file), file);
  });
}

const dense = (units: number) => ({ type: 'dense', units });
const up = (options: Record<string, unknown>) => ({ type: 'convTranspose', filters: 2, ...options });
const conv = (options: Record<string, unknown>) => ({ type: 'conv', filters: 2, ...options });

/** A generator through a [6, 5, 2] map and these layers to an [h, w, 1] image. */
function stackOf(layers: readonly Record<string, unknown>[], size: [number, number]): TrainedGenerator {
  const start = [dense(60), { type: 'reshape', shape: [6, 5, 2] }];
  const end = [{ type: 'conv', filters: 1, kernel: 1 }, { type: 'tanh' }];
  return generatorOf([...start, ...layers, ...end], { size });
}

const stacks: Readonly<Record<string, TrainedGenerator>> = {
  'SAME with a kernel smaller than its stride': stackOf([up({ kernel: 2, stride: 3 })], [18, 15]),
  'VALID with a kernel smaller than its stride': stackOf([up({ kernel: 2, stride: 3, padding: 'valid' })], [17, 14]),
  'output padding below the padding': stackOf([up({ kernel: 5, stride: 2, padding: 2, outputPadding: 1 })], [12, 10]),
  'output padding beyond the padding': stackOf([up({ kernel: 4, stride: 3, padding: 0, outputPadding: 2 })], [21, 18]),
  'another padding at each side': stackOf([up({ kernel: [4, 3], stride: [2, 1], padding: [0, 1, 2, 0] })], [13, 5]),
  'a strided convolution with SAME and odd sides': stackOf([conv({ kernel: 3, stride: 2 })], [3, 3]),
  'convolutions with numeric paddings': stackOf([conv({ kernel: 3, padding: [2, 0, 1, 3] })], [6, 7]),
  'a convolution without padding': stackOf([conv({ kernel: [3, 2], padding: 'valid' })], [4, 4]),
  'bilinear upsampling': stackOf([{ type: 'upsample', factor: [2, 3], method: 'bilinear' }], [12, 15]),
  'nearest upsampling': stackOf([{ type: 'upsample', factor: [3, 2] }], [18, 10]),
  'residual layers': residualGenerator(),
  'spectral norms, of a dense layer too': generatorOf(
    [
      { type: 'dense', units: 30, spectralNorm: true },
      { type: 'reshape', shape: [3, 5, 2] },
      { type: 'convTranspose', filters: 3, kernel: 3, stride: 2, spectralNorm: true },
      { type: 'conv', filters: 1, kernel: 3, spectralNorm: true },
    ],
    { size: [6, 10], range: [-10, 10] },
  ),
  'dropout, flatten, and a batch norm without scale and center': generatorOf(
    [
      dense(24),
      { type: 'batchNorm', scale: false, center: false },
      { type: 'reshape', shape: [2, 3, 4] },
      { type: 'flatten' },
      { type: 'dropout', rate: 0.5 },
      dense(48),
      { type: 'reshape', shape: [4, 4, 3] },
      { type: 'sigmoid' },
    ],
    { size: 4, channels: 3, range: [0, 1] },
  ),
};

for (const [name, generator] of Object.entries(stacks)) {
  test(`tf.loadLayersModel makes the images of dcgan sample: ${name}`, async () => {
    await checkImages(generator, name);
  });
}

test('writes weights in shards of 4 MiB, and metadata into the model', async () => {
  const generator = generatorOf([dense(300_000), { type: 'reshape', shape: [500, 600, 1] }], { size: [500, 600] });
  const { folder, files } = await exported(generator); // 6 x 300,000 weights and as many biases: 8.01 MiB
  assert.deepEqual(files, ['model.json', 'weights-1-of-3.bin', 'weights-2-of-3.bin', 'weights-3-of-3.bin']);
  assert.deepEqual(listAll(folder), files);
  const sizes = files.slice(1).map((file) => statSync(join(folder, file)).size);
  assert.deepEqual(sizes, [4_194_304, 4_194_304, 11_392]);
  const { userDefinedMetadata } = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8'));
  assert.deepEqual(userDefinedMetadata, {
    name: 'test',
    runHash: '1234567',
    step: 20,
    latent: { size: 6, distribution: 'normal' },
    image: { height: 500, width: 600, channels: 1 },
    range: [-1, 1],
  });
});
