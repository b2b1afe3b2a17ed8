// Adaptive augmentation in runs: its probability is logged, resumes bit for bit, and starts at 0 in a fork of a run without it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { augmentState } from '../../../src/training/regularisation/adaptive-augment.ts';
import { metricsOf, newRun } from '../tiny-runs.ts';

/** Only a batch that is scored as generated throughout is below the target; the probability rises by the images of 4 steps in 40. */
const adaptive = ['training.diffAugment=[color, translation]', 'training.adaptiveAugment={target: -1, images: 40}'];

const probabilities = (results: string) =>
  metricsOf(results).map((line) => (JSON.parse(line) as { augmentProbability?: number }).augmentProbability);

test('a run with adaptive augmentation resumes bit for bit and logs its probability', async () => {
  const whole = await newRun().train(adaptive);
  const stopped = newRun();
  const first = await stopped.train(adaptive, { stopAfter: 6 });
  assert.equal(first.interrupted, true);
  const state = Array.from(first.latest.tensors[augmentState]!.values);
  assert.equal(state[3], 2, 'two updates since the probability moved');
  const second = await stopped.train(adaptive);
  assert.deepEqual(second.latest.tensors, whole.latest.tensors);
  assert.deepEqual(metricsOf(second.results), metricsOf(whole.results));
  const logged = probabilities(whole.results);
  assert.deepEqual(
    logged.map((value) => value === undefined),
    logged.map(() => false),
  );
  assert.equal(logged[0], 0);
  assert.ok(logged.at(-1)! > 0);
});

test('a fork can add adaptive augmentation, starting at probability 0; other runs do not log it', async () => {
  const run = newRun();
  const plain = await run.train();
  assert.ok(!(augmentState in plain.latest.tensors));
  assert.deepEqual(probabilities(plain.results), [undefined, undefined, undefined, undefined]);
  const set = ['training.diffAugment=[color]', 'training.adaptiveAugment={}', 'training.steps=13'];
  const fork = await run.train(set, { fork: plain.runHash });
  assert.deepEqual(
    [...fork.latest.tensors[augmentState]!.values],
    [0, fork.latest.tensors[augmentState]!.values[1], 4, 1],
  );
});
