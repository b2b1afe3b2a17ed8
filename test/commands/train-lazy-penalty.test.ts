// A lazy gradient penalty, its weight and Adam's beta2 on schedules: a run stopped after any step and resumed equals an uninterrupted one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { tinyConfig } from '../helpers/temporary-run.ts';
import { metricsOf, newRun } from './tiny-runs.ts';

const over = { steps: 5 };
const steps = 6;

function lazy(content: ReturnType<typeof tinyConfig>): void {
  const gradientPenalty = { type: 'r1', on: 'both', every: 3, weight: { from: 2, to: 0, over } };
  Object.assign(content.training, { steps, gradientPenalty });
  for (const network of [content.generator, content.discriminator])
    Object.assign(network, { optimizer: { beta2: { from: 0.9, to: 0.999, over } } });
}

test('resumes bit for bit after any step', async () => {
  const whole = await newRun(lazy).train();
  assert.equal(whole.step, steps);
  for (let stopAfter = 1; stopAfter < steps; stopAfter++) {
    const run = newRun(lazy);
    await run.train([], { stopAfter });
    const resumed = await run.train();
    assert.deepEqual(resumed.latest.tensors, whole.latest.tensors, `stopped after step ${stopAfter}`);
    assert.deepEqual(metricsOf(resumed.results), metricsOf(whole.results));
  }
});

test('a penalty at every third update trains differently from one at every update, and from none', async () => {
  const kernel = async (set: string[]) => {
    const { tensors } = (await newRun(lazy).train(set)).latest;
    return tensors[Object.keys(tensors).find((name) => /^discriminator\/.*kernel$/.test(name))!];
  };
  const every3 = await kernel([]);
  assert.notDeepEqual(every3, await kernel(['training.gradientPenalty.every=1']));
  assert.notDeepEqual(every3, await kernel(['training.gradientPenalty.weight=0']));
});
