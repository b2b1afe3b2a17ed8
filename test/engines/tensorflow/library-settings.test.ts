// Tests which settings a loaded process accepts, also for GPUs, which needs none.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LibrarySettings } from '../../../src/engines/engine.ts';
import { loadedSettings, requireSettings } from '../../../src/engines/tensorflow/library-settings.ts';

const exact = { NVIDIA_TF32_OVERRIDE: '0' };

test('float32 is computed in TensorFloat-32 on a GPU unless the environment turns that off', () => {
  assert.equal(loadedSettings({}, {}, true).float32, 'tensorfloat32');
  assert.equal(loadedSettings({}, { NVIDIA_TF32_OVERRIDE: '1' }, true).float32, 'tensorfloat32');
  assert.equal(loadedSettings({}, exact, true).float32, 'float32');
  assert.equal(loadedSettings({}, {}, false).float32, 'float32');
});

const cases: [string, LibrarySettings, NodeJS.ProcessEnv, LibrarySettings, RegExp | undefined][] = [
  ['float32 after tensorfloat32', { precision: 'auto' }, {}, { precision: 'float32' }, /precision is float32, but/],
  ['tensorfloat32 after float32', {}, exact, { precision: 'tensorfloat32' }, /precision is tensorfloat32, but/],
  ['auto after float32', {}, exact, { precision: 'auto' }, undefined],
  ['auto after tensorfloat32', {}, {}, { precision: 'auto' }, undefined],
  ['mixed_bfloat16 after float32', {}, exact, { precision: 'mixed_bfloat16' }, undefined],
  ['float32 again', {}, exact, { precision: 'float32' }, undefined],
  ['plain after XLA', { xla: true }, exact, { xla: false }, /training\.xla is false, but/],
  ['XLA after plain', {}, exact, { xla: true }, /training\.xla is true, but/],
  ['no preference, after XLA', { xla: true }, exact, {}, undefined],
  ['deterministic after not', {}, exact, { deterministic: true }, /training\.deterministic is true, but/],
  ['not deterministic after deterministic', { deterministic: true }, exact, { deterministic: false }, undefined],
  [
    'all at once',
    {},
    {},
    { xla: true, deterministic: true, precision: 'float32' },
    /xla.* and .*determ.* and .*precision/,
  ],
];

for (const [name, first, environment, then, refusal] of cases) {
  test(`on a GPU, ${name}: ${refusal ? 'refused' : 'accepted'}`, () => {
    const ask = () => requireSettings(loadedSettings(first, environment, true), then);
    if (refusal) assert.throws(ask, { code: 'engine.loaded-otherwise', exitCode: 5, message: refusal });
    else assert.doesNotThrow(ask);
  });
}

test('on a CPU every precision is accepted', () => {
  for (const precision of ['auto', 'float32', 'mixed_bfloat16'] as const)
    assert.doesNotThrow(() => requireSettings(loadedSettings({ precision: 'auto' }, {}, false), { precision }));
});
