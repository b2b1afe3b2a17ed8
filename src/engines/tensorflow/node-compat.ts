// Node 23 removed util.isNullOrUndefined and util.isArray, which tfjs-node-gpu 4.22 calls (its release predates that).
import { createRequire } from 'node:module';

interface LegacyUtil {
  isNullOrUndefined?: (value: unknown) => boolean;
  isArray?: (value: unknown) => boolean;
}

/** Puts the two functions back where they are missing. tfjs-node-gpu looks them up at each call, so any time before that is early enough. */
export function restoreUtilFunctions(): void {
  const util = createRequire(import.meta.url)('node:util') as LegacyUtil;
  if (!('isNullOrUndefined' in util)) util.isNullOrUndefined = (value) => value === null || value === undefined;
  if (!('isArray' in util)) util.isArray = Array.isArray;
}
