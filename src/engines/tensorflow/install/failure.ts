// How the installer says that it cannot go on: always with what to do, and that there is another engine.
import { DcganError, messageOf } from '../../../errors.ts';

/** Something that is not here: a sentence that says so and how to get it. */
export interface Missing {
  missing: string;
  code: `engine.${string}`;
}

/** What to do without. */
export const otherwise = 'Without TensorFlow everything still runs, slower, on the wasm engine (--engine wasm).';

/** @param happened what went wrong, with the last words of the program that failed where there is one */
export function installFailure(
  code: `engine.${string}`,
  happened: string,
  fix: string,
  options: { cause?: unknown; data?: Record<string, unknown> } = {},
): DcganError {
  return new DcganError(code, { happened, fix: `${fix}\n${otherwise}` }, options);
}

/** The failure for a full disk, if a program's output or an error's message speaks of one. */
export function diskFull(text: string, directory: string): DcganError | undefined {
  if (!/ENOSPC|EDQUOT|No space left on device|Disk quota exceeded/i.test(text)) return undefined;
  return installFailure('engine.disk-full', `The disk is full: TensorFlow does not fit into ${directory}.`, moreSpace);
}

export const moreSpace = 'Free some space there, or set DCGAN_CACHE to a folder on another disk.';

/** What the system refused about the folder of installations becomes a failure with a remedy; a DcganError stays itself. */
export function folderFailure(error: unknown, directory: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (error instanceof DcganError || !/^E[A-Z]+$/.test(code)) return error;
  const full = diskFull(code, directory);
  const happened = `${directory} cannot be written: ${messageOf(error)}`;
  const fix = 'Change its permissions, or set DCGAN_CACHE to a folder you may write to.';
  return full ?? installFailure('engine.cannot-write-cache', happened, fix, { cause: error, data: { directory } });
}
