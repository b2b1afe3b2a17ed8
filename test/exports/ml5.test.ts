import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { scalar, setBackend, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import { exportMl5 } from '../../src/exports/ml5.ts';
import { latentsOfSeeds } from '../../src/models/latents.ts';
import { toPixels } from '../../src/pictures/images.ts';
import type { TrainedGenerator } from '../../src/sampling/trained-generator.ts';
import { asRgba } from '../helpers/canvas-pixels.ts';
import { noChromium, openPage } from '../helpers/chromium.ts';
import { useCpuBackend } from '../helpers/cpu-backend.ts';
import { fetchMl5 } from '../helpers/ml5.ts';
import { serve } from '../helpers/static-server.ts';
import { temporaryFolder } from '../helpers/temporary-run.ts';
import { generatorOf, largestDifference, sampledPixels, shippedDesign } from '../helpers/trained-generators.ts';
import { residualGenerator, sourceOf } from './sources.ts';

const root = temporaryFolder();
const address = await serve(root);
const fetched = noChromium ? { missing: noChromium } : await fetchMl5();
const skip = 'missing' in fetched ? fetched.missing : false;
if ('script' in fetched) writeFileSync(join(root, 'ml5.js'), fetched.script);

async function exported(generator: TrainedGenerator) {
  const folder = mkdtempSync(join(root, 'ml5-'));
  const files = await exportMl5(sourceOf(generator, 'faces'), folder);
  return { folder, files, url: `${address}${basename(folder)}/` };
}

const grey = generatorOf([{ type: 'dense', units: 12 }, { type: 'reshape', shape: [3, 4, 1] }, { type: 'sigmoid' }], {
  size: [3, 4],
  range: [0, 1],
});

const generators: Readonly<Record<string, () => Promise<TrainedGenerator>>> = {
  'colours in [-1, 1]': () => shippedDesign('celeba.yaml'),
  'colours in [0, 1]': () => shippedDesign('afg.yaml'),
  'transparent colours': () => shippedDesign('emoji.json'),
  grey: async () => grey,
  'residual layers': async () => residualGenerator(),
};

for (const [name, open] of Object.entries(generators)) {
  test(`ml5 makes the image of dcgan sample: ${name}`, { skip }, async () => {
    const generator = await open();
    const { folder, url } = await exported(generator);
    writeFileSync(join(folder, 'index.html'), '<!doctype html><body><script src="../ml5.js"></script>');
    const page = await openPage({ width: 400, height: 400 });
    await page.goto(url);
    const latents = latentsOfSeeds(generator.config.generator.latent, [5]);
    const pixels = await page.evaluate<number[]>(
      `ml5.DCGAN('manifest.json')
        .then((dcgan) => dcgan.generate(undefined, ${JSON.stringify([...latents])}))
        .then(({ raw }) => [...raw])`,
    );
    await page.close();
    const expected = asRgba(await sampledPixels(generator, [5]), generator.config.data.channels);
    const difference = largestDifference(pixels, expected);
    assert.ok(difference <= 2, `${difference} of 255`);
  });
}

test('grey becomes three equal colours, because ml5 drops axes of length 1', async () => {
  const { url, folder, files } = await exported(grey);
  assert.deepEqual(files, ['manifest.json', 'model.json', 'weights-1-of-1.bin']);
  assert.deepEqual(JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')), {
    description: 'DCGAN, faces, 4x3',
    model: './model.json',
    modelSize: 4,
    modelLatentDim: 6,
  });
  await useCpuBackend();
  await setBackend('cpu');
  const model = await loadLayersModel(`${url}model.json`);
  const latents = tensor2d(latentsOfSeeds(grey.config.generator.latent, [5]), [1, 6]);
  // the rest of compute() in https://github.com/ml5js/ml5-library/blob/main/src/DCGAN/index.js
  const output = model.predict(latents) as Tensor;
  const image = output.squeeze().transpose([1, 2, 0]).div(scalar(2)).add(scalar(0.5));
  assert.deepEqual(image.shape, [3, 4, 3]);
  const pixels = toPixels(image.dataSync() as Float32Array, [0, 1]);
  const tripled = Uint8Array.from([...(await sampledPixels(grey, [5]))].flatMap((value) => [value, value, value]));
  assert.ok(largestDifference(pixels, tripled) <= 1);
});
