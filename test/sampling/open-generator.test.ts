import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { parametersOf } from '../../src/models/network.ts';
import { buildNetworks } from '../../src/models/networks.ts';
import { saveCheckpoint } from '../../src/runs/checkpoint.ts';
import { openGenerator } from '../../src/sampling/open-generator.ts';
import { temporaryFolder, tinyConfig } from '../helpers/temporary-run.ts';
import { configOf } from '../helpers/tiny-network.ts';

const root = temporaryFolder();

/** Saves a checkpoint of step 12 with these fields in its state. */
async function save(name: string, more: Record<string, unknown>): Promise<void> {
  const config = configOf(tinyConfig());
  const tensors = parametersOf(buildNetworks(config).generator).map(({ name: variable, shape }) => {
    const count = shape.reduce((product, side) => product * side, 1);
    return [variable, { shape, values: new Float32Array(count) }];
  });
  const state = { config, dataFingerprint: '', ...more };
  await saveCheckpoint(join(root, 'checkpoints', name), { step: 12, tensors: Object.fromEntries(tensors), state });
}

test('counts one generator pass per step, unless the checkpoint says otherwise', async () => {
  await save('trained', {});
  await save('from-elsewhere', { generatorPasses: 0 });
  assert.equal((await openGenerator('trained', { root })).generator.passes, 12);
  assert.equal((await openGenerator('from-elsewhere', { root })).generator.passes, 0);
});
