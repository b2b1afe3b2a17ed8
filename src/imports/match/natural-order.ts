// For files that are sorted by name: their tensors in the order of the numbers in the names, cnn.9 before cnn.12.
import type { FileTensor, StateDict } from '../files/state-dict.ts';

const byNumbers = new Intl.Collator('en', { numeric: true });

export function inNaturalOrder(tensors: Iterable<[string, FileTensor]>): StateDict {
  return new Map([...tensors].sort(([a], [b]) => byNumbers.compare(a, b)));
}
