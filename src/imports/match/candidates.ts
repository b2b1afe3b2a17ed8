// The parts of a file that may be a network: each state_dict, and each group of keys with a common prefix in it
// (`generator.` and `discriminator.` of a Lightning module, `module.` of DataParallel).

import type { FileTensor, StateDict } from '../files/state-dict.ts';
import type { WeightsFile } from '../files/weights-file.ts';
import type { Convention, FileLayer } from './convention.ts';

export interface Candidate {
  /** Its path of keys, joined with dots; '' is the whole file. */
  path: string;
  layers: FileLayer[];
  convention: Convention;
  /** Whether the file keeps the order of the layers. */
  inOrder: boolean;
}

/** Throws Error if a name has control characters. */
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
    const name = key.slice(0, Math.max(0, key.indexOf('.', prefix.length))); // '' if no dot follows
    const part = parts.get(name) ?? new Map<string, FileTensor>();
    parts.set(name, part.set(key, tensor));
  }
  if (parts.size < 2) return [];
  return Array.from(parts)
    .filter(([name]) => name !== '')
    .map(([name, part]) => ({ path: path === '' ? name : `${path}.${name}`, stateDict: part }));
}

/** Names are printed, and must not contain escape sequences of terminals. */
function checkText(name: string): string {
  if (/\p{Cc}/u.test(name)) throw new Error('its names hold control characters');
  return name;
}

/** The common prefix of all keys, in complete segments: `module.`. */
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
