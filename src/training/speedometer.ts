// How fast a session trains, what its evaluations take, and when it will be done.
import { evaluationsLeft } from './evaluation.ts';
import type { Schedule } from './schedule.ts';

export type Speedometer = ReturnType<typeof createSpeedometer>;

const warmUpSteps = 2; // the first steps compile and allocate

/** Pictures and checkpoints do not count. */
export function createSpeedometer(startImages: number) {
  let began = 0;
  let measured = { steps: 0, seconds: 0 };
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
      if (steps > warmUpSteps) measured = { steps: measured.steps + 1, seconds: measured.seconds + seconds };
      return seconds;
    },
    /** Notes one more evaluation. What share of the time since the session began they have taken. */
    shareOfEvaluation(seconds: number): number {
      evaluations++;
      spent.evaluations += seconds;
      return spent.evaluations / (spent.evaluations + spent.steps);
    },
    imagesPerSecond(images: number): number {
      return measured.seconds === 0 ? 0 : ((images - startImages) * (measured.steps / steps)) / measured.seconds;
    },
    secondsLeft(step: number, schedule: Schedule): number {
      const forSteps = (measured.seconds / measured.steps) * (schedule.totalSteps - step); // NaN before there are any
      return forSteps + evaluationsLeft(step, schedule) * (spent.evaluations / Math.max(1, evaluations));
    },
  };
}
