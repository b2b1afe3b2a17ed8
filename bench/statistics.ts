// Medians of repeats, and ratios of two contestants that were measured in the same rounds.

/** What repeats came to. */
export interface Spread {
  median: number;
  least: number;
  most: number;
}

export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) throw new Error('A spread needs at least one value.');
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
  return { median, least: sorted[0]!, most: sorted.at(-1)! };
}

/** Round by round: what disturbs the machine for a while is in both numbers and leaves their ratio alone. */
export function ratioOf(numerators: readonly number[], denominators: readonly number[]): Spread {
  if (numerators.length !== denominators.length) {
    throw new Error(`${numerators.length} rounds cannot be compared with ${denominators.length}.`);
  }
  return spreadOf(numerators.map((value, round) => value / denominators[round]!));
}
