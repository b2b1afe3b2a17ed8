// The parts of a file that may be one network: each state_dict, and what stands under one name within it
// (`generator.` and `discriminator.` of a Lightning module, `module.` of DataParallel).

import type { FileTensor, StateDict } from '../files/state-dict.ts';
import type { WeightsFile } from '../files/weights-file.ts';
import type { Convention, FileLayer } from './convention.ts';

export interface Candidate {
  /** The keys that lead to it, joined with dots; '' is the whole file. */
  path: string;
  layers: FileLayer[];
  convention: Convention;
  /** Whether the file keeps the order of the layers. */
  inOrder: boolean;
}

/** Throws Error where a name is no plain text. */
export function candidatesOf({ stateDicts, convention, inOrder }: WeightsFile): Candidate[] {
  return Array.from(stateDicts)
    .filter(([, stateDict]) => stateDict.size > 0)
    .flatMap(([path, stateDict]) => [{ path, stateDict }, ...partsOf(path, stateDict)])
    .map(({ path, stateDict }) => ({
      path: checkText(path),
      layers: convention.layersOf(stateDict),
      convention,
      inOrder,
    }));
}

function partsOf(path: string, stateDict: StateDict): { path: string; stateDict: StateDict }[] {
  const prefix = sharedPrefix([...stateDict.keys()]);
  const parts = new Map<string, Map<string, FileTensor>>();
  for (const [key, tensor] of stateDict) {
    checkText(key);
    const name = key.slice(0, Math.max(0, key.indexOf('.', prefix.length))); // '' where no dot follows
    const part = parts.get(name) ?? new Map<string, FileTensor>();
    parts.set(name, part.set(key, tensor));
  }
  if (parts.size < 2) return [];
  return Array.from(parts)
    .filter(([name]) => name !== '')
    .map(([name, part]) => ({ path: path === '' ? name : `${path}.${name}`, stateDict: part }));
}

/** Names are printed, so they must not command the terminal. */
function checkText(name: string): string {
  if (/\p{Cc}/u.test(name)) throw new Error('its names hold control characters');
  return name;
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
