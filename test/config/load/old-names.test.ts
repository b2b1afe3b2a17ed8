import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { identityHash } from '../../../src/config/identity/run-hash.ts';
import { loadConfig, resolveConfig } from '../../../src/config/load/load.ts';
import { resolveStoredConfig } from '../../../src/config/to-config-file.ts';
import { minimalConfig } from '../../helpers/minimal-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'dcgan-old-names-'));
after(() => rmSync(folder, { recursive: true }));

const path = join(folder, 'config.json');
const withOutputs = (outputs: object) => ({ ...minimalConfig(), outputs });

test('outputs.metricsEvery is read as outputs.lossesEvery, from a file, from --set and from a checkpoint', async () => {
  writeFileSync(path, JSON.stringify(withOutputs({ metricsEvery: { steps: 7 } })));
  const config = await loadConfig(path);
  assert.deepEqual(config.outputs.lossesEvery, { steps: 7 });
  assert.deepEqual((await loadConfig(path, ['outputs.lossesEvery.steps=8'])).outputs.lossesEvery, { steps: 8 });

  writeFileSync(path, JSON.stringify(minimalConfig()));
  assert.deepEqual((await loadConfig(path, ['outputs.metricsEvery.steps=9'])).outputs.lossesEvery, { steps: 9 });

  const { lossesEvery, ...outputs } = config.outputs;
  const stored = { ...config, outputs: { ...outputs, metricsEvery: lossesEvery } };
  assert.deepEqual(resolveStoredConfig(stored, 'a checkpoint').outputs.lossesEvery, { steps: 7 });
});

test('both names at once are refused', () => {
  const both = withOutputs({ metricsEvery: { steps: 7 }, lossesEvery: { steps: 8 } });
  assert.throws(() => resolveConfig(both, { source: 'test', name: 'test' }), { code: 'config.invalid' });
});

test('a run that rolls back keeps its hash under the new name', () => {
  const hashOf = (outputs: object) => {
    const content = withOutputs({ ...outputs, checkpointEvery: { steps: 20 } });
    Object.assign(content.training, { onCollapse: 'rollback' });
    const config = resolveConfig(content, { source: 'test', name: 'test' });
    return identityHash({ ...config, dataFingerprint: '0' });
  };
  const hash = hashOf({ metricsEvery: { steps: 7 } });
  assert.equal(hash, hashOf({ lossesEvery: { steps: 7 } }));
  assert.notEqual(hash, hashOf({ lossesEvery: { steps: 8 } }));
});
