import assert from 'node:assert/strict';
import { test } from 'node:test';
import { engineInfo } from '../../src/commands/engine-info.ts';
import { temporaryFolder } from '../helpers/temporary-run.ts';

temporaryFolder(); // a cache with nothing installed

test('without the native engine auto selects wasm, and the report says why and what to type', async () => {
  const report = await engineInfo('auto');
  assert.equal(report.name, 'wasm');
  assert.match(report.device, /CPU/);
  assert.match(report.library, /\d+\.\d+\.\d+/);
  assert.ok(Number.isInteger(report.threads) && report.threads! >= 1);
  assert.deepEqual(report.precisions, ['float32']);
  const [tensorflow] = report.notChosen;
  assert.equal(tensorflow?.name, 'tensorflow');
  assert.match(tensorflow.reason, /not installed.*dcgan engine install/);
});

test('fails with the reason if the requested engine cannot be used', async () => {
  await assert.rejects(engineInfo('tensorflow'), {
    code: 'engine.unusable',
    exitCode: 5,
    message: /tensorflow engine cannot be used here: not installed/,
  });
});
