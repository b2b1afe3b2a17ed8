// How fast a session trains, what its evaluations take, and when it will be done.
import type { Cadence, createStepClock } from './cadence.ts';
import { evaluationsLeft } from './evaluation.ts';
import type { Schedule } from './schedule.ts';

export type Speedometer = ReturnType<typeof createSpeedometer>;

interface SpeedometerParts {
  startImages: number;
  clock: ReturnType<typeof createStepClock>;
  /** Of grids and checkpoints. */
  cadences: readonly Cadence[];
}

/** Everything counts: steps, grids, checkpoints and evaluations, at what each took so far. */
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
    /** Notes one more evaluation. What share of the time since the session began they have taken. */
    shareOfEvaluation(seconds: number): number {
      evaluations++;
      spent.evaluations += seconds;
      return spent.evaluations / (spent.evaluations + spent.steps);
    },
    /** Zero before the warm-up is over. */
    imagesPerSecond(images: number): number {
      const measured = clock.measured();
      return measured.seconds === 0 ? 0 : ((images - startImages) * (measured.steps / steps)) / measured.seconds;
    },
    /** Not finite before the warm-up is over. */
    secondsLeft(step: number, schedule: Schedule): number {
      const { totalSteps } = schedule;
      const forSteps = clock.secondsPerStep() * (totalSteps - step);
      const forWrites = cadences.reduce((sum, cadence) => sum + cadence.secondsLeft(step, totalSteps), 0);
      return forSteps + forWrites + evaluationsLeft(step, schedule) * (spent.evaluations / Math.max(1, evaluations));
    },
  };
}
