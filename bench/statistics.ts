// Ratios between two contestants measured in the same rounds.
import { type Spread, spreadOf } from '../src/training/step-times.ts';

/** Ratios are taken within a round, so that a slow phase of the machine affects both numbers and cancels out. */
export function ratioOf(numerators: readonly number[], denominators: readonly number[]): Spread {
  if (numerators.length !== denominators.length) {
    throw new Error(`${numerators.length} rounds cannot be compared with ${denominators.length}.`);
  }
  return spreadOf(numerators.map((value, round) => value / denominators[round]!));
}
