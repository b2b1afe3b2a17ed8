import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createCadence, createStepClock, isKept, keptUpTo } from '../../src/training/cadence.ts';
import type { DefaultCadence, FixedCadence, Schedule } from '../../src/training/schedule.ts';
import { createSpeedometer } from '../../src/training/speedometer.ts';

test('counts thinned grids as they are written', () => {
  let kept = 0;
  for (let index = 1; index < 3000; index++) {
    if (isKept(index)) kept++;
    assert.equal(keptUpTo(index), kept, String(index));
  }
});

interface Session {
  totalSteps: number;
  samples: FixedCadence | DefaultCadence;
  checkpoints: FixedCadence;
  evaluateEverySteps: number | undefined;
  /** Seconds of each. */
  costs: { samples: number; checkpoints: number; evaluation: number };
}

const secondsPerStep = 0.125;
const imagesPerStep = 8;

/** Runs a session on a fake clock. @returns the predictions after steps without a write, and the time at the end */
async function run({ totalSteps, costs, evaluateEverySteps, ...planned }: Session) {
  let now = 0;
  const clock = createStepClock(() => now);
  const samples = createCadence(planned.samples, clock);
  const checkpoints = createCadence(planned.checkpoints, clock);
  const speed = createSpeedometer({ startImages: 0, clock, cadences: [samples, checkpoints] });
  const schedule = { totalSteps, evaluateEverySteps } as Schedule;
  const take = (seconds: number) =>
    clock.outside(async () => {
      now += seconds;
    });
  const predictions: { step: number; at: number; secondsLeft: number; imagesPerSecond: number }[] = [];
  await take(costs.samples);
  samples.wrote(costs.samples);
  for (let step = 1; step <= totalSteps; step++) {
    now += secondsPerStep;
    speed.stop();
    clock.stepDone();
    const last = step === totalSteps;
    const prediction = {
      step,
      at: now,
      secondsLeft: speed.secondsLeft(step, schedule),
      imagesPerSecond: speed.imagesPerSecond(imagesPerStep * step),
    };
    if (last || samples.isDue(step)) {
      await take(costs.samples);
      samples.wrote(costs.samples);
    }
    if (last || checkpoints.isDue(step)) {
      await take(costs.checkpoints);
      checkpoints.wrote(costs.checkpoints);
    }
    if (evaluateEverySteps && (last || step % evaluateEverySteps === 0)) {
      await take(costs.evaluation);
      speed.shareOfEvaluation(costs.evaluation);
    }
    if (now === prediction.at) predictions.push(prediction);
  }
  return { predictions, end: now };
}

const everySteps = fc.integer({ min: 2, max: 30 });
const cost = fc.integer({ min: 1, max: 64 }).map((eighths) => eighths / 8);
const sessions = fc.record({
  totalSteps: fc.integer({ min: 61, max: 300 }),
  samples: everySteps.map((everySteps): FixedCadence => ({ isDefault: false, everySteps })),
  checkpoints: everySteps.map((everySteps): FixedCadence => ({ isDefault: false, everySteps })),
  evaluateEverySteps: fc.option(everySteps, { nil: undefined }),
  costs: fc.record({ samples: cost, checkpoints: cost, evaluation: cost }),
});

test('predicts the time left from steps, grids, checkpoints and evaluations once each has happened', async () => {
  await fc.assert(
    fc.asyncProperty(sessions, async (session) => {
      const { predictions, end } = await run(session);
      for (const { step, at, secondsLeft } of predictions.filter((each) => each.step > 60)) {
        assert.ok(
          Math.abs(secondsLeft - (end - at)) < 1e-6,
          `step ${step}: ${secondsLeft} predicted, ${end - at} taken`,
        );
      }
    }),
  );
});

test('accounts for default grids that become rarer as a run gets longer', async () => {
  const samples: DefaultCadence = { isDefault: true, everySteps: 2, isThinned: true };
  const checkpoints: FixedCadence = { isDefault: false, everySteps: 50 };
  const costs = { samples: 2 ** -10, checkpoints: 1, evaluation: 1 };
  const { predictions, end } = await run({
    totalSteps: 1001,
    samples,
    checkpoints,
    evaluateEverySteps: undefined,
    costs,
  });
  const { secondsLeft, at } = predictions.find(({ step }) => step > 100)!;
  assert.ok(Math.abs(secondsLeft - (end - at)) < 1e-6, `${secondsLeft} predicted, ${end - at} taken`);
});

test('reports images per second over the whole time, and none during the warm-up', async () => {
  const every = (everySteps: number): FixedCadence => ({ isDefault: false, everySteps });
  const costs = { samples: 1, checkpoints: 1, evaluation: 1 };
  const { predictions } = await run({
    totalSteps: 200,
    samples: every(8),
    checkpoints: every(8),
    evaluateEverySteps: 8,
    costs,
  });
  assert.equal(predictions[0]!.imagesPerSecond, 0);
  const perRound = (8 * imagesPerStep) / (8 * secondsPerStep + 3);
  assert.ok(Math.abs(predictions.at(-1)!.imagesPerSecond / perRound - 1) < 0.02);
});
