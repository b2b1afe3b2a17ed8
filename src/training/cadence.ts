// When sample grids and checkpoints are due: at the config's interval, or by default at one that keeps their cost low.
import type { DefaultCadence, FixedCadence } from './schedule.ts';

/** Share of a session's time that all writes of one kind, grids or checkpoints, may take by default. */
const wantedShare = 0.04;

/** The interval changes only if the share leaves these bounds. Grids and checkpoints together then stay within 10 %. */
const toleratedShares = [wantedShare / 2, 0.05] as const;

/** Writes before the interval may change: the first write of a session also loads fonts, compiles and allocates. */
const minWrites = 2;

/** Steps that are not timed: the first ones compile and allocate. */
const warmUpSteps = 2;

/** A default interval has become `everySteps`, since one write every `ofSteps` would take `share` of the time. */
export interface CadenceChange {
  everySteps: number;
  ofSteps: number;
  share: number;
}

interface StepClock {
  /** Excludes all that is not a step. */
  secondsPerStep: () => number;
}

export interface Cadence {
  isDue(step: number): boolean;
  /** Records how long a write took, and returns the new interval if it changes. */
  wrote(seconds: number): CadenceChange | undefined;
  /** Expected time of all writes after a step, including the one at the last step. */
  secondsLeft(step: number, totalSteps: number): number;
}

export function createCadence(cadence: FixedCadence | DefaultCadence, clock: StepClock): Cadence {
  const costs = createMeanCost();
  if (!cadence.isDefault) {
    const { everySteps } = cadence;
    return {
      isDue: (step) => step % everySteps === 0,
      wrote(seconds) {
        costs.add(seconds);
        return undefined;
      },
      secondsLeft: (step, total) => costs.mean() * writesAfter(step, total, everySteps, (index) => index),
    };
  }
  const { everySteps: ofSteps, isThinned } = cadence;
  let factor = 1;
  let writes = 0;
  let cost = Number.POSITIVE_INFINITY; // seconds: the fastest write, which waited for nothing else
  const share = (candidate: number) => cost / (candidate * ofSteps * clock.secondsPerStep());
  const writesUpTo = isThinned ? keptUpTo : (index: number) => index;
  return {
    isDue: (step) => step % (factor * ofSteps) === 0 && (!isThinned || isKept(step / (factor * ofSteps))),
    secondsLeft: (step, total) => costs.mean() * writesAfter(step, total, factor * ofSteps, writesUpTo),
    wrote(seconds) {
      costs.add(seconds);
      cost = Math.min(cost, seconds);
      if (++writes < minWrites) return undefined;
      const fitting = smallestFactor((candidate) => share(candidate) <= wantedShare);
      const isTolerated = fitting < factor ? share(fitting) > toleratedShares[0] : share(factor) <= toleratedShares[1];
      if (fitting === factor || isTolerated) return undefined;
      factor = fitting;
      return { everySteps: factor * ofSteps, ofSteps, share: cost / (cost + ofSteps * clock.secondsPerStep()) };
    },
  };
}

/** The first accepted one of 1, 2, 5, 10, 20, 50, ..., or 5e8 if none is. */
function smallestFactor(isAccepted: (factor: number) => boolean): number {
  let [factor, decade] = [1, 1];
  for (; decade < 1e9; decade *= 10) {
    for (const digit of [1, 2, 5]) {
      factor = digit * decade;
      if (isAccepted(factor)) return factor;
    }
  }
  return factor;
}

const denseGrids = 64;

/** Keeps the first 64, then 32 per doubling: every 2nd up to the 128th, every 4th up to the 256th, ... */
export function isKept(index: number): boolean {
  if (index < denseGrids) return true;
  return index % 2 ** Math.floor(Math.log2(index / (denseGrids / 2))) === 0;
}

/** How many of the indices 1 to `index` are kept. */
export function keptUpTo(index: number): number {
  let kept = Math.min(index, denseGrids - 1);
  for (let first = denseGrids; first <= index; first *= 2) {
    const every = first / (denseGrids / 2);
    kept += Math.floor(Math.min(index, 2 * first - 1) / every) - Math.floor((first - 1) / every);
  }
  return kept;
}

/** `writesUpTo` counts the writes due in a number of intervals; the last step always has one. */
function writesAfter(step: number, total: number, everySteps: number, writesUpTo: (index: number) => number): number {
  const upTo = (steps: number) => writesUpTo(Math.floor(steps / everySteps));
  const isLastDue = total % everySteps === 0 && upTo(total) > upTo(total - 1);
  return step >= total ? 0 : upTo(total) - upTo(step) + (isLastDue ? 0 : 1);
}

/** Mean seconds of a session's writes. The first one, slowed by loading, counts only while there is no other. */
function createMeanCost() {
  let first: number | undefined;
  let [count, seconds] = [0, 0];
  return {
    add(cost: number): void {
      if (first === undefined) first = cost;
      else [count, seconds] = [count + 1, seconds + cost];
    },
    mean: () => (count > 0 ? seconds / count : (first ?? 0)),
  };
}

/** Times a session's steps: all time after the warm-up, except that spent in `outside`. */
export function createStepClock(now: () => number = () => performance.now() / 1000) {
  let steps = 0;
  let began = now();
  let outsideSeconds = 0;
  return {
    stepDone(): void {
      if (++steps > warmUpSteps) return;
      began = now();
      outsideSeconds = 0;
    },
    /** Steps and time since the warm-up, all included; zero before that. */
    measured: () =>
      steps <= warmUpSteps ? { steps: 0, seconds: 0 } : { steps: steps - warmUpSteps, seconds: now() - began },
    /** Infinite during the warm-up, so that no write looks too expensive yet. */
    secondsPerStep(): number {
      return steps <= warmUpSteps ? Number.POSITIVE_INFINITY : (now() - began - outsideSeconds) / (steps - warmUpSteps);
    },
    /** Runs and times work that is not part of a step. */
    async outside<T>(work: () => Promise<T>): Promise<{ result: T; seconds: number }> {
      const from = now();
      const result = await work();
      const seconds = now() - from;
      outsideSeconds += seconds;
      return { result, seconds };
    },
  };
}
