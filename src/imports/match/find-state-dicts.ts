// Finds the state_dicts in a pickle's value: itself, or dicts nested in it beside optimizer states and counters.

import type { TensorView } from '../../formats/pickle/tensor-view.ts';
import { PickledTensor } from '../../formats/pickle/torch-vocabulary.ts';
import type { FileTensor, StateDict } from '../files/state-dict.ts';

const maxDicts = 1000;
const maxKeyLength = 256;

/** Every dict of named tensors in a value, once each, by its path of keys. Lists and numbered entries are skipped. */
export function findStateDicts(
  value: unknown,
  read: (view: TensorView) => Promise<Float32Array>,
): Map<string, StateDict> {
  const found = new Map<string, StateDict>();
  const seen = new Set<unknown>();
  const waiting: { path: string; value: unknown }[] = [{ path: '', value }];
  for (let next = waiting.pop(); next && seen.size < maxDicts; next = waiting.pop()) {
    if (!(next.value instanceof Map) || seen.has(next.value)) continue;
    seen.add(next.value);
    const entries = [...next.value].filter(isNamed);
    const tensors = entries.flatMap(([key, item]): [string, FileTensor][] =>
      item instanceof PickledTensor ? [[key, { shape: item.view.shape, read: () => read(item.view) }]] : [],
    );
    if (tensors.length > 0) found.set(next.path, new Map(tensors));
    for (const [key, item] of entries.reverse()) {
      if (item instanceof Map) waiting.push({ path: next.path ? `${next.path}.${key}` : key, value: item });
    }
  }
  return found;
}

function isNamed(entry: [unknown, unknown]): entry is [string, unknown] {
  return typeof entry[0] === 'string' && entry[0].length <= maxKeyLength;
}
