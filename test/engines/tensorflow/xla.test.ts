import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { LibrarySettings } from '../../../src/engines/engine.ts';
import { openEngine } from '../../../src/engines/open.ts';
import { relativeError } from '../../helpers/relative-error.ts';
import { noTensorflow } from '../../helpers/tensorflow.ts';
import { randomTests } from '../contract/random.ts';
import { smallGan, train } from '../small-gan.ts';

const skip = noTensorflow;

/** All variables after one step, and TensorFlow's log. */
function oneStep(settings: LibrarySettings): { values: Record<string, number[]>; log: string } {
  const child = fileURLToPath(new URL('one-step.ts', import.meta.url));
  const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', child, JSON.stringify(settings)], {
    encoding: 'utf8',
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '0' },
  });
  return { values: JSON.parse(stdout) as Record<string, number[]>, log: stderr };
}

test('a step compiled by XLA, dropout included, equals one without XLA within float32 rounding', { skip }, () => {
  const [xla, plain] = [oneStep({ xla: true }), oneStep({})];
  assert.match(xla.log, /Compiled cluster using XLA/);
  assert.doesNotMatch(plain.log, /XLA/);
  for (const [name, values] of Object.entries(plain.values)) {
    const error = relativeError(xla.values[name]!, values); // Euclidean
    assert.ok(error <= 5e-6, `${name} is off by ${error}`); // 42 roundings of 2^-23
  }
});

test('with XLA, a newly compiled program resumes bit for bit from variables that were read', {
  skip,
}, async () => {
  const { engine } = await openEngine('tensorflow', undefined, { xla: true });
  const gan = smallGan('simultaneous');
  const compile = () => engine.compile(gan.program, { precision: 'float32' });
  const [through, before, after] = [await compile(), await compile(), await compile()];
  const expected = await train(gan, through, 3);
  await after.write(await train(gan, before, 2));
  await after.run(gan.step, gan.feedsOf(3));
  assert.deepEqual(await after.read(), expected);
  for (const compiled of [through, before, after]) compiled.dispose();
});

for (const { name, run } of randomTests)
  test(`with XLA: ${name}`, { skip }, async () => {
    await run((await openEngine('tensorflow', undefined, { xla: true })).engine);
  });

test('a TensorFlow loaded with XLA serves runs without a preference, and no run that turns XLA off', {
  skip,
}, async () => {
  await openEngine('tensorflow', undefined, { xla: true });
  const { engine: same } = await openEngine('tensorflow', undefined, { precision: 'auto' });
  assert.match(same.info.library, /^TensorFlow [\d.]+ with XLA$/);
  for (const engine of ['tensorflow', 'auto'] as const)
    for (const settings of [{ xla: false }, { xla: true, deterministic: true }])
      await assert.rejects(openEngine(engine, undefined, settings), { code: 'engine.loaded-otherwise', exitCode: 5 });
});

test('an engine without XLA rejects training.xla', async () => {
  await assert.rejects(openEngine('wasm', undefined, { xla: true }), { code: 'engine.no-xla', exitCode: 5 });
});
