// When grids and checkpoints are due: at the config's cadence to the step, or by default as often as their cost allows.
import type { DefaultCadence, FixedCadence } from './schedule.ts';

/** Share of a session's time that the writes of one default cadence are meant to take at most: grids, and checkpoints. */
const wantedShare = 0.04;

/** How far that may be off before the cadence changes: up to 10 % for both together, or down to half. */
const toleratedShares = [wantedShare / 2, 0.05] as const;

/** The first write of a session opens fonts, compiles and allocates, so it takes two to know what one costs. */
const leastWrites = 2;

/** The first steps of a session compile and allocate. */
const warmUpSteps = 2;

/** A default cadence has changed: `everySteps` now, as one every `ofSteps` would take `share` of the time. */
export interface CadenceChange {
  everySteps: number;
  ofSteps: number;
  share: number;
}

/** Seconds of the session's steps alone. */
interface StepClock {
  secondsPerStep: () => number;
}

export interface Cadence {
  isDue(step: number): boolean;
  /** Notes what a write took. Tells where that changes the cadence. */
  wrote(seconds: number): CadenceChange | undefined;
  /** What the writes after a step will take, by the mean of those so far; there is one at the last step too. */
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
  let cost = Number.POSITIVE_INFINITY; // seconds: the least of all, without waits for a disk or another program
  const share = (candidate: number) => cost / (candidate * ofSteps * clock.secondsPerStep());
  const writesUpTo = isThinned ? keptUpTo : (index: number) => index;
  return {
    isDue: (step) => step % (factor * ofSteps) === 0 && (!isThinned || isKept(step / (factor * ofSteps))),
    secondsLeft: (step, total) => costs.mean() * writesAfter(step, total, factor * ofSteps, writesUpTo),
    wrote(seconds) {
      costs.add(seconds);
      cost = Math.min(cost, seconds);
      if (++writes < leastWrites) return undefined;
      const fitting = smallestFactor((candidate) => share(candidate) <= wantedShare);
      const isTolerated = fitting < factor ? share(fitting) > toleratedShares[0] : share(factor) <= toleratedShares[1];
      if (fitting === factor || isTolerated) return undefined;
      factor = fitting;
      return { everySteps: factor * ofSteps, ofSteps, share: cost / (cost + ofSteps * clock.secondsPerStep()) };
    },
  };
}

/** The first of 1, 2, 5, 10, 20, 50, ... that is accepted; the last one before numbers lose their units, if none is. */
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

/** The first 64 of a run, then 32 per doubling of its length: every 2nd up to the 128th, every 4th up to the 256th, ... */
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

/** `writesUpTo` counts those due up to so many times `everySteps`; the last step has one in any case. */
function writesAfter(step: number, total: number, everySteps: number, writesUpTo: (index: number) => number): number {
  const upTo = (steps: number) => writesUpTo(Math.floor(steps / everySteps));
  const isLastDue = total % everySteps === 0 && upTo(total) > upTo(total - 1);
  return step >= total ? 0 : upTo(total) - upTo(step) + (isLastDue ? 0 : 1);
}

/** Mean seconds of a session's writes; the first one, which opens fonts and compiles, counts only as long as it is alone. */
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

/** Times a session's steps: all that passes but the time in `outside`. */
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
    /** Everything since the warm-up: steps, and what was outside of them. Zero until then. */
    measured: () =>
      steps <= warmUpSteps ? { steps: 0, seconds: 0 } : { steps: steps - warmUpSteps, seconds: now() - began },
    /** Infinite until there are any after the warm-up: nothing is too expensive yet. */
    secondsPerStep(): number {
      return steps <= warmUpSteps ? Number.POSITIVE_INFINITY : (now() - began - outsideSeconds) / (steps - warmUpSteps);
    },
    /** Runs what is no step. Gives its result and its seconds. */
    async outside<T>(work: () => Promise<T>): Promise<{ result: T; seconds: number }> {
      const from = now();
      const result = await work();
      const seconds = now() - from;
      outsideSeconds += seconds;
      return { result, seconds };
    },
  };
}
