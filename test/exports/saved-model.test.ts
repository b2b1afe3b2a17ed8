import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadBinding } from '../../src/engines/tensorflow/binding.ts';
import { DataType } from '../../src/engines/tensorflow/graph/graph.ts';
import { findInstallation } from '../../src/engines/tensorflow/install/location.ts';
import { exportSavedModel } from '../../src/exports/saved-model/format.ts';
import { missingPackages } from '../helpers/python.ts';
import { noTensorflow } from '../helpers/tensorflow.ts';
import { openElsewhere, sampleImages, testLatents } from './consumer.ts';
import { shapeNames, sourceOfShape } from './sources.ts';

const skip = missingPackages('tensorflow');

for (const shape of shapeNames) {
  test(`TensorFlow makes the images of ${shape}'s generator`, { skip }, async () => {
    const source = await sourceOfShape(shape);
    const found = await openElsewhere(source, exportSavedModel, 'open_saved_model.py');
    assert.ok(found.largestDifference <= 1, `${found.largestDifference} of 255`);
    assert.ok(Number(found['singleDifference']) < 1e-5);
    assert.ok(Number(found['low']) >= 0 && Number(found['high']) <= 1);
    const { generator, data } = source.generator.config;
    assert.deepEqual(found['inputs'], { z: [null, generator.latent.size] }); // null: any number
    assert.deepEqual(found['outputs'], { images: [null, data.height, data.width, data.channels] });
  });
}

for (const shape of shapeNames) {
  test(`TensorFlow's C library makes the images of ${shape}'s generator`, { skip: noTensorflow }, async () => {
    const source = await sourceOfShape(shape);
    const folder = mkdtempSync(join(tmpdir(), 'dcgan-export-'));
    await exportSavedModel(source, folder);
    const { binding } = loadBinding(findInstallation()!);
    const session = binding.loadSavedModel(`${folder}/`, 'serve');
    rmSync(folder, { recursive: true });
    const { config, network } = source.generator;
    const z = binding.createTensor([16, config.generator.latent.size], DataType.float32, testLatents(config));
    const [images] = binding.runSavedModel(session, [z], 'z:0', 'images:0');
    assert.deepEqual(images!.shape, [16, ...network.output]);
    const values = binding.tensorDataSync(images!.id) as Float32Array;
    const expected = await sampleImages(source);
    const largest = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - 255 * values[i]!)), 0);
    assert.ok(largest <= 1, `${largest} of 255`);
    for (const id of [z, images!.id]) binding.deleteTensor(id);
    binding.deleteSavedModel(session);
  });
}
