import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { scalar, setBackend, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import { exportMl5 } from '../../src/exports/ml5.ts';
import { latentsOfSeeds } from '../../src/models/latents.ts';
import type { TrainedGenerator } from '../../src/models/trained-generator.ts';
import { toPixels } from '../../src/outputs/images.ts';
import { useCpuBackend } from '../helpers/cpu-backend.ts';
import { serve } from '../helpers/static-server.ts';
import { temporaryFolder } from '../helpers/temporary-run.ts';
import { generatorOf, largestDifference, sampledPixels, shippedDesign } from '../helpers/trained-generators.ts';

const root = temporaryFolder();
const address = serve(root);

async function exported(generator: TrainedGenerator) {
  const folder = mkdtempSync(join(root, 'ml5-'));
  const files = await exportMl5({ generator, name: 'faces', step: 20, runHash: '1234567' }, folder);
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Record<string, unknown>;
  return { files, manifest, url: `${await address}${folder.slice(root.length + 1)}/` };
}

/** ml5's own steps (ml5-library, src/DCGAN/index.js, compute): [h, w, c] in [0, 1] from one latent vector. */
async function imageOfMl5(url: string, latents: Float32Array): Promise<Tensor> {
  await useCpuBackend();
  await setBackend('cpu');
  const model = await loadLayersModel(url);
  const output = model.predict(tensor2d(latents, [1, latents.length])) as Tensor;
  return output.squeeze().transpose([1, 2, 0]).div(scalar(2)).add(scalar(0.5));
}

const generators: Readonly<Record<string, () => Promise<TrainedGenerator>>> = {
  'colours in [-1, 1]': () => shippedDesign('celeba.yaml'),
  'colours in [0, 1]': () => shippedDesign('afg.yaml'),
  'transparent colours': () => shippedDesign('emoji.json'),
};

for (const [name, open] of Object.entries(generators)) {
  test(`ml5 makes the image of dcgan sample: ${name}`, async () => {
    const generator = await open();
    const expected = await sampledPixels(generator, [5]);
    const { url, manifest } = await exported(generator);
    const image = await imageOfMl5(
      `${url}${manifest['model']}`,
      latentsOfSeeds(generator.config.generator.latent, [5]),
    );
    assert.deepEqual(image.shape, generator.network.output);
    const pixels = toPixels(image.dataSync() as Float32Array, [0, 1]);
    assert.ok(largestDifference(pixels, expected) <= 1);
  });
}

test('grey becomes three equal colours, because ml5 drops axes of length 1', async () => {
  const layers = [{ type: 'dense', units: 12 }, { type: 'reshape', shape: [3, 4, 1] }, { type: 'sigmoid' }];
  const generator = generatorOf(layers, { size: [3, 4], range: [0, 1] });
  const expected = await sampledPixels(generator, [5]);
  const { url, manifest, files } = await exported(generator);
  assert.deepEqual(files, ['manifest.json', 'model.json', 'weights-1-of-1.bin']);
  assert.deepEqual(manifest, {
    description: 'DCGAN, faces, 4x3',
    model: './model.json',
    modelSize: 4,
    modelLatentDim: 6,
  });
  const image = await imageOfMl5(`${url}model.json`, latentsOfSeeds(generator.config.generator.latent, [5]));
  assert.deepEqual(image.shape, [3, 4, 3]);
  const pixels = toPixels(image.dataSync() as Float32Array, [0, 1]);
  const tripled = Uint8Array.from([...expected].flatMap((grey) => [grey, grey, grey]));
  assert.ok(largestDifference(pixels, tripled) <= 1);
});
