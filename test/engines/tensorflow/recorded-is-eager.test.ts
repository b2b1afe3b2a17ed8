import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileEagerly } from '../../../src/engines/eager.ts';
import { openEngine } from '../../../src/engines/open.ts';
import { samplerFeeds } from '../../../src/models/sampler.ts';
import { hashedValues } from '../../helpers/hashed-values.ts';
import { relativeError } from '../../helpers/relative-error.ts';
import { noTensorflow } from '../../helpers/tensorflow.ts';
import { residualLayers, type SmallGan, smallGan, train } from '../small-gan.ts';

const steps = 5;

/**
 * Weights and moving averages: absolute, on values of up to 1. Adam's moments and sums of losses: relative, Euclidean. v is 1.3e-5
 * smaller by TensorFlow's fused op, which computes 1 - beta2 in float32, than composed.
 */
function assertSame(name: string, found: Float32Array, expected: Float32Array): void {
  if (/^(optimizer|means)/.test(name)) {
    const error = relativeError(found, expected);
    assert.ok(error <= 3e-5, `${name} is off by ${error}`);
    return;
  }
  const worst = Math.max(...expected.map((value, index) => Math.abs(value - found[index]!)));
  assert.ok(worst <= 1e-6, `${name} is off by ${worst}`);
}

async function checkRecording(gan: SmallGan): Promise<void> {
  const { engine } = await openEngine('tensorflow');
  const recorded = await engine.compile(gan.program, { precision: 'float32' });
  const eager = compileEagerly(gan.program); // on the same backend
  const [found, expected] = [await train(gan, recorded, steps), await train(gan, eager, steps)];
  for (const [name, values] of Object.entries(expected)) {
    assertSame(name, found[name]!, values);
    assert.notDeepEqual(values, gan.start[name], `${name} has not moved`);
  }
  const feeds = samplerFeeds(hashedValues('samples', gan.samples * gan.latentSize), steps);
  const [samples, eagerSamples] = [await recorded.run('sample', feeds), await eager.run('sample', feeds)];
  assert.ok(relativeError(samples['images']!, eagerSamples['images']!) <= 1e-5);
  recorded.dispose();
  eager.dispose();
}

for (const order of ['discriminator-first', 'generator-first', 'simultaneous'] as const) {
  test(`${steps} recorded training steps, ${order}, equal the eager ones`, { skip: noTensorflow }, () =>
    checkRecording(smallGan(order)),
  );
}

test(`${steps} recorded training steps of residual layers equal the eager ones`, { skip: noTensorflow }, () =>
  checkRecording(smallGan('discriminator-first', residualLayers)),
);
