// The parts of a file that may be one network: each state_dict, and what stands under one name within it
// (`generator.` and `discriminator.` of a Lightning module, `module.` of DataParallel).
import { type TorchLayer, torchLayers } from './torch-layers.ts';
import type { FileTensor, StateDict, WeightsFile } from './weights-file.ts';

export interface Candidate {
  /** The keys that lead to it, joined with dots; '' is the whole file. */
  path: string;
  layers: TorchLayer[];
  /** Whether the file keeps the order of the layers. */
  inOrder: boolean;
}

export function candidatesOf({ stateDicts, inOrder }: WeightsFile): Candidate[] {
  return Array.from(stateDicts).flatMap(([path, stateDict]) => [
    { path, layers: torchLayers(stateDict), inOrder },
    ...partsOf(path, stateDict).map((part) => ({ ...part, inOrder })),
  ]);
}

function partsOf(path: string, stateDict: StateDict): Omit<Candidate, 'inOrder'>[] {
  const prefix = sharedPrefix([...stateDict.keys()]);
  const parts = new Map<string, Map<string, FileTensor>>();
  for (const [key, tensor] of stateDict) {
    const name = key.slice(0, key.indexOf('.', prefix.length) + 1); // '' where no dot follows
    const part = parts.get(name) ?? new Map<string, FileTensor>();
    parts.set(name, part.set(key, tensor));
  }
  if (parts.size < 2) return [];
  return Array.from(parts)
    .filter(([name]) => name !== '')
    .map(([name, part]) => ({ path: [path, name.slice(0, -1)].filter(Boolean).join('.'), layers: torchLayers(part) }));
}

/** The whole segments that every key begins with: `module.`. */
function sharedPrefix(keys: readonly string[]): string {
  const segments = keys[0]!.split('.').slice(0, -1);
  let prefix = '';
  for (const segment of segments) {
    const longer = `${prefix}${segment}.`;
    if (!keys.every((key) => key.startsWith(longer))) break;
    prefix = longer;
  }
  return prefix;
}
