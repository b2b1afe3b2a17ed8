import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { exportTorch } from '../../src/exports/torch/format.ts';
import { importNetworks } from '../../src/imports/import-networks.ts';
import { buildNetworks } from '../../src/models/networks.ts';
import { weightsOf } from '../../src/sampling/trained-generator.ts';
import { missingPackages } from '../helpers/python.ts';
import { openElsewhere, sampleImages } from './consumer.ts';
import { type ShapeName, shapeNames, sourceOfShape } from './sources.ts';

const skip = missingPackages('torch', 'safetensors');

/** A generator designed in PyTorch is exported with its original modules. */
const modules: Partial<Record<ShapeName, string[]>> = {
  simpsons: [
    'Linear(in_features=100, out_features=4096, bias=True)',
    'LeakyReLU(negative_slope=0.2)',
    'Unflatten(dim=1, unflattened_size=(64, 8, 8))',
    'ConvTranspose2d(64, 32, kernel_size=(5, 5), stride=(2, 2), padding=(1, 1))',
    'BatchNorm2d(32, eps=1e-05, momentum=0.1)',
    'LeakyReLU(negative_slope=0.2)',
    'ConvTranspose2d(32, 16, kernel_size=(5, 5), stride=(2, 2), padding=(2, 2))',
    'BatchNorm2d(16, eps=1e-05, momentum=0.1)',
    'LeakyReLU(negative_slope=0.2)',
    'ConvTranspose2d(16, 8, kernel_size=(5, 5), stride=(2, 2), padding=(2, 2))',
    'BatchNorm2d(8, eps=1e-05, momentum=0.1)',
    'LeakyReLU(negative_slope=0.2)',
    'ConvTranspose2d(8, 4, kernel_size=(5, 5), stride=(2, 2), padding=(2, 2), output_padding=(1, 1))',
    'BatchNorm2d(4, eps=1e-05, momentum=0.1)',
    'LeakyReLU(negative_slope=0.2)',
    'Conv2d(4, 3, kernel_size=(5, 5), stride=(1, 1), padding=(1, 1))',
    'Tanh()',
  ],
};

for (const shape of shapeNames) {
  test(`PyTorch makes the images of ${shape}'s generator`, { skip }, async () => {
    const found = await openElsewhere(await sourceOfShape(shape), exportTorch, 'open_torch.py');
    assert.ok(found.largestDifference <= 1, `${found.largestDifference} of 255`);
    if (modules[shape]) assert.deepEqual(found['modules'], modules[shape]);
  });
}

for (const shape of ['mnist', 'afg', 'emoji', 'simpsons', 'residual'] as const) {
  test(`imports the export of ${shape} again`, async () => {
    const source = await sourceOfShape(shape);
    const folder = mkdtempSync(join(tmpdir(), 'dcgan-export-'));
    await exportTorch(source, folder);
    const { config, network } = source.generator;
    const [imported] = await importNetworks(join(folder, 'generator.safetensors'), buildNetworks(config), undefined);
    rmSync(folder, { recursive: true });
    const generator = { config, network, weights: weightsOf(network, imported!.tensors), passes: 0 };
    const [before, after] = [await sampleImages(source), await sampleImages({ ...source, generator })];
    const largest = before.reduce((most, value, i) => Math.max(most, Math.abs(value - after[i]!)), 0);
    assert.ok(largest <= 1, `${largest} of 255`);
  });
}
