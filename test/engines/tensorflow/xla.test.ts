import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { LibrarySettings } from '../../../src/engines/engine.ts';
import { openEngine } from '../../../src/engines/open.ts';
import { relativeError } from '../../helpers/relative-error.ts';
import { noTensorflow } from '../../helpers/tensorflow.ts';
import { randomTests } from '../contract/random.ts';

const skip = noTensorflow;

/** All variables after one step, and TensorFlow's log of it. */
function oneStep(settings: LibrarySettings): { values: Record<string, number[]>; log: string } {
  const child = fileURLToPath(new URL('one-step.ts', import.meta.url));
  const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', child, JSON.stringify(settings)], {
    encoding: 'utf8',
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '0' },
  });
  return { values: JSON.parse(stdout) as Record<string, number[]>, log: stderr };
}

test('a step compiled by XLA, dropout included, is the plain one within float32 rounding', { skip }, () => {
  const [xla, plain] = [oneStep({ xla: true }), oneStep({})];
  assert.match(xla.log, /Compiled cluster using XLA/);
  assert.doesNotMatch(plain.log, /XLA/);
  for (const [name, values] of Object.entries(plain.values)) {
    const error = relativeError(xla.values[name]!, values); // Euclidean
    assert.ok(error <= 5e-6, `${name} is off by ${error}`); // 42 roundings of 2^-23
  }
});

for (const { name, run } of randomTests)
  test(`with XLA: ${name}`, { skip }, async () => {
    await run((await openEngine('tensorflow', undefined, { xla: true })).engine);
  });

test('TensorFlow that was loaded with XLA serves whoever does not mind, and nobody who wants it otherwise', {
  skip,
}, async () => {
  await openEngine('tensorflow', undefined, { xla: true });
  assert.equal((await openEngine('tensorflow')).engine.info.name, 'tensorflow');
  for (const engine of ['tensorflow', 'auto'] as const)
    for (const settings of [{}, { xla: false }, { xla: true, deterministic: true }])
      await assert.rejects(openEngine(engine, undefined, settings), { code: 'engine.loaded-otherwise', exitCode: 5 });
});

test('an engine without XLA refuses it', async () => {
  await assert.rejects(openEngine('wasm', undefined, { xla: true }), { code: 'engine.no-xla', exitCode: 5 });
});
