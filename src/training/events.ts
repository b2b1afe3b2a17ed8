// The events of a training run, as plain data for progress bars, logs and tests.
import type { CadenceChange } from './cadence.ts';
import type { EvaluationResult } from './evaluation.ts';
import type { HealthMeasurements, HealthState } from './health/health.ts';
import type { Means } from './means.ts';

/** One line of the loss log. Health is not measured in every one. */
interface Tick extends Means, Partial<HealthMeasurements> {
  step: number;
  /** Passes over the data so far, fractional. */
  epoch: number;
  images: number;
  /** Learning rates of the last step. */
  generatorLearningRate: number;
  discriminatorLearningRate: number;
  /** Generator's loss over discriminator's, if they are comparable. */
  lossRatio?: number;
  /** Adaptive augmentation's probability that an image is augmented. */
  augmentProbability?: number;
  health: HealthState;
  imagesPerSecond: number;
  /** Training time so far, over all sessions of the run. */
  seconds: number;
}

export type TrainingEvent =
  | { type: 'start'; step: number; totalSteps: number; totalEpochs: number }
  | { type: 'tick'; tick: Tick; totalSteps: number; totalEpochs: number; secondsLeft: number }
  /** The run's health has changed; its cause has been present since step `since`. */
  | { type: 'health'; step: number; state: HealthState; since: number }
  /** The run was rolled back to `step`. */
  | { type: 'rollback'; step: number; rollbacks: number; rollbackTries: number; reason: string }
  | { type: 'evaluating'; step: number; phase: string; done: number; total: number }
  /** `isBest`: the best so far by metrics.best. `share`: of the session's time, spent on evaluations. */
  | ({ type: 'evaluation'; step: number; isBest: boolean; share: number } & Pick<
      EvaluationResult,
      'seconds' | 'values'
    >)
  /** Grids or checkpoints are now written every `everySteps` steps instead of every `ofSteps`, to limit the time they take. */
  | ({ type: 'cadence'; what: 'samples' | 'checkpoints'; step: number } & CadenceChange)
  | { type: 'samples'; step: number; path: string }
  | { type: 'checkpoint'; step: number; path: string };
