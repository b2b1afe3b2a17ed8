// What the loop tells the outside: plain data, from which a bar, lines or a test are made. Nobody answers.
import type { Means } from './means.ts';

interface Tick extends Means {
  step: number;
  /** Passes over the data so far, with its fraction. */
  epoch: number;
  images: number;
  imagesPerSecond: number;
  /** Training time of the whole run so far, over all its sessions, in seconds. */
  seconds: number;
}

export type TrainingEvent =
  | { type: 'start'; step: number; totalSteps: number; totalEpochs: number }
  | { type: 'tick'; tick: Tick; totalSteps: number; totalEpochs: number; secondsLeft: number }
  | { type: 'samples'; step: number; path: string }
  | { type: 'checkpoint'; step: number; path: string };
