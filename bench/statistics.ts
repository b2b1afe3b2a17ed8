// Ratios of two contestants that were measured in the same rounds.
import { type Spread, spreadOf } from '../src/training/step-times.ts';

/** Round by round: what disturbs the machine for a while is in both numbers and leaves their ratio alone. */
export function ratioOf(numerators: readonly number[], denominators: readonly number[]): Spread {
  if (numerators.length !== denominators.length) {
    throw new Error(`${numerators.length} rounds cannot be compared with ${denominators.length}.`);
  }
  return spreadOf(numerators.map((value, round) => value / denominators[round]!));
}
