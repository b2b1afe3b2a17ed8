// What the loop tells the outside: plain data, from which a bar, lines or a test are made. Nobody answers.
import type { CadenceChange } from './cadence.ts';
import type { Measurement } from './evaluation.ts';
import type { HealthState, Vitals } from './health/health.ts';
import type { Means } from './means.ts';

/** Vitals stand in those ticks only in which there was a look. */
interface Tick extends Means, Partial<Vitals> {
  step: number;
  /** Passes over the data so far, with its fraction. */
  epoch: number;
  images: number;
  /** Of the last step. */
  generatorLearningRate: number;
  discriminatorLearningRate: number;
  /** Generator's over discriminator's, where both are of one kind. */
  lossRatio?: number;
  /** Of adaptive augmentation: the probability that an image is changed. */
  augmentProbability?: number;
  health: HealthState;
  imagesPerSecond: number;
  /** Training time of the whole run so far, over all its sessions, in seconds. */
  seconds: number;
}

export type TrainingEvent =
  | { type: 'start'; step: number; totalSteps: number; totalEpochs: number }
  | { type: 'tick'; tick: Tick; totalSteps: number; totalEpochs: number; secondsLeft: number }
  /** The run's health has changed; what led to it has been seen since step `since`. */
  | { type: 'health'; step: number; state: HealthState; since: number }
  /** The run went back to `step`. */
  | { type: 'rollback'; step: number; rollbacks: number; rollbackTries: number; reason: string }
  | { type: 'measuring'; step: number; phase: string; done: number; total: number }
  /** `isBest`: the best so far, by the metric that the config chooses. `share` of the session's time went into evaluations. */
  | ({ type: 'evaluation'; step: number; isBest: boolean; share: number } & Pick<Measurement, 'seconds' | 'values'>)
  /** From now on grids or checkpoints are written less often, or more often again, than one every `ofSteps` steps. */
  | ({ type: 'cadence'; what: 'samples' | 'checkpoints'; step: number } & CadenceChange)
  | { type: 'samples'; step: number; path: string }
  | { type: 'checkpoint'; step: number; path: string };
