import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openEngine } from '../../../src/engines/open.ts';
import { startTensorflow } from '../../../src/engines/tensorflow/engine.ts';
import { findInstallation } from '../../../src/engines/tensorflow/install/location.ts';
import { noTensorflow } from '../../helpers/tensorflow.ts';
import { smallGan, train } from '../small-gan.ts';

const deterministic = true;
const skip = noTensorflow;

test('with training.deterministic, TensorFlow rejects a nondeterministic op', { skip }, async () => {
  const { tracer } = await startTensorflow(findInstallation()!, { deterministic });
  const timestamp = () => tracer.recorder.binding.executeOp('Timestamp', [], [], 1);
  assert.throws(timestamp, /Timestamp cannot be called when determinism is enabled/);
});

for (const order of ['discriminator-first', 'simultaneous'] as const) {
  for (const precision of ['float32', 'mixed_bfloat16'] as const) {
    test(`deterministic training, ${order}, ${precision}: the same bits twice, and no op refused`, {
      skip,
    }, async () => {
      const { engine } = await openEngine('tensorflow', undefined, { deterministic });
      const gan = smallGan(order);
      const compiled = await engine.compile(gan.program, { precision });
      const [once, again] = [await train(gan, compiled, 3), await train(gan, compiled, 3)];
      assert.deepEqual(again, once);
      assert.notDeepEqual(once['discriminator/0/kernel'], gan.start['discriminator/0/kernel']);
      compiled.dispose();
    });
  }
}

test('a TensorFlow loaded as deterministic serves runs without a preference', { skip }, async () => {
  await openEngine('tensorflow', undefined, { deterministic });
  for (const settings of [{}, { deterministic: false }])
    assert.equal((await openEngine('tensorflow', undefined, settings)).engine.info.name, 'tensorflow');
  await assert.rejects(openEngine('tensorflow', undefined, { deterministic, xla: true }), {
    code: 'engine.loaded-otherwise',
  });
});

test('engines that are always deterministic accept training.deterministic', async () => {
  assert.equal((await openEngine('wasm', undefined, { deterministic })).engine.info.name, 'wasm');
});
