// Sorts tensors by the numbers in their names, cnn.9 before cnn.12, for files that are sorted alphabetically.
import type { FileTensor, StateDict } from '../files/state-dict.ts';

const byNumbers = new Intl.Collator('en', { numeric: true });

export function inNaturalOrder(tensors: Iterable<[string, FileTensor]>): StateDict {
  return new Map([...tensors].sort(([a], [b]) => byNumbers.compare(a, b)));
}
