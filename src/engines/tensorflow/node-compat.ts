// util.isNullOrUndefined and util.isArray, which tfjs-node-gpu 4.22 calls: Node 22 warns at their use, Node 23 removed them.
import { createRequire } from 'node:module';

interface LegacyUtil {
  isNullOrUndefined: (value: unknown) => boolean;
  isArray: (value: unknown) => boolean;
}

/** Puts plain functions in their place. tfjs-node-gpu looks them up at each call, so any time before that is early enough. */
export function restoreUtilFunctions(): void {
  const util = createRequire(import.meta.url)('node:util') as LegacyUtil;
  util.isNullOrUndefined = (value) => value === null || value === undefined;
  util.isArray = Array.isArray;
}
