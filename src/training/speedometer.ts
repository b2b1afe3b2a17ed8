// A session's speed, the share of its evaluations, and the time left.
import type { Cadence, createStepClock } from './cadence.ts';
import { evaluationsLeft } from './evaluation.ts';
import type { Schedule } from './schedule.ts';

export type Speedometer = ReturnType<typeof createSpeedometer>;

interface SpeedometerParts {
  startImages: number;
  clock: ReturnType<typeof createStepClock>;
  /** Those of sample grids and of checkpoints. */
  cadences: readonly Cadence[];
}

/** The time left covers steps, grids, checkpoints and evaluations, each by its time so far. */
export function createSpeedometer({ startImages, clock, cadences }: SpeedometerParts) {
  let began = 0;
  let steps = 0;
  const spent = { steps: 0, evaluations: 0 }; // seconds
  let evaluations = 0;
  return {
    start() {
      began = performance.now();
    },
    stop(): number {
      const seconds = (performance.now() - began) / 1000;
      steps++;
      spent.steps += seconds;
      return seconds;
    },
    /** Records an evaluation; returns the share of the session's time that evaluations have taken. */
    shareOfEvaluation(seconds: number): number {
      evaluations++;
      spent.evaluations += seconds;
      return spent.evaluations / (spent.evaluations + spent.steps);
    },
    /** Zero during the warm-up. */
    imagesPerSecond(images: number): number {
      const measured = clock.measured();
      return measured.seconds === 0 ? 0 : ((images - startImages) * (measured.steps / steps)) / measured.seconds;
    },
    /** Infinite during the warm-up. */
    secondsLeft(step: number, schedule: Schedule): number {
      const { totalSteps } = schedule;
      const forSteps = clock.secondsPerStep() * (totalSteps - step);
      const forWrites = cadences.reduce((sum, cadence) => sum + cadence.secondsLeft(step, totalSteps), 0);
      return forSteps + forWrites + evaluationsLeft(step, schedule) * (spent.evaluations / Math.max(1, evaluations));
    },
  };
}
