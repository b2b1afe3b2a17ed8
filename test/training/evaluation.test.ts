// When evaluations are due, and which one is the best.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  afterEvaluation,
  evaluateUnlessStopped,
  evaluationsLeft,
  isEvaluationDue,
  noEvaluations,
} from '../../src/training/evaluation.ts';
import type { Schedule } from '../../src/training/schedule.ts';

const schedule = { evaluateEverySteps: 4, totalSteps: 10 } as Schedule;
const measurement = (value: number, by = 'swd') => ({ seconds: 1, values: [], score: { value, by } });

test('is due once at each multiple and at the end, never at the start or without metrics.every', () => {
  const dueAt = (at: number, plan = schedule) =>
    Array.from({ length: 11 }, (_, step) => step).filter((step) => isEvaluationDue({ at }, step, plan));
  assert.deepEqual(dueAt(0), [4, 8, 10]);
  assert.deepEqual(dueAt(8), [4, 10]);
  assert.deepEqual(dueAt(0, { ...schedule, evaluateEverySteps: undefined }), []);
});

test('counts the evaluations left, including the one at the end', () => {
  const left = (step: number, plan = schedule) => evaluationsLeft(step, plan);
  assert.deepEqual(
    [0, 3, 4, 7, 8, 9].map((step) => left(step)),
    [3, 3, 2, 2, 1, 1],
  );
  assert.equal(left(5, { ...schedule, evaluateEverySteps: undefined }), 0);
  assert.equal(left(8, { ...schedule, totalSteps: 8 }), 0);
});

test('takes the lowest comparable score as the best, and never NaN', () => {
  let state = noEvaluations;
  const bests = [3, 5, 2, Number.NaN, 2, 1].map((value, i) => {
    state = afterEvaluation(state, 4 * (i + 1), measurement(value));
    return state.best?.step;
  });
  assert.deepEqual(bests, [4, 4, 12, 12, 12, 24]);
  const other = afterEvaluation(state, 28, measurement(9, 'fid mnist'));
  assert.deepEqual(other, { at: 28, best: { value: 9, by: 'fid mnist', step: 28 } });
  assert.deepEqual(afterEvaluation(other, 32, { seconds: 1, values: [] }), { ...other, at: 32 });
});

test('returns nothing after a stop, and rethrows other errors', async () => {
  let asked = 0;
  const options = { shouldStop: () => ++asked === 3, onProgress: () => {} };
  const phases: number[] = [];
  const result = await evaluateUnlessStopped(
    async (_, onProgress) => {
      for (let i = 0; i < 9; i++) {
        onProgress('swd', i, 9);
        phases.push(i);
      }
      return measurement(1);
    },
    4,
    options,
  );
  assert.deepEqual([result, phases], [undefined, [0, 1]]);
  await assert.rejects(
    evaluateUnlessStopped(() => Promise.reject(new Error('broken')), 4, options),
    /broken/,
  );
});
