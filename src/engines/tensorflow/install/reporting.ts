// The installer's progress events and failures. Every failure says what to do, and that there is another engine.
import { DcganError, messageOf } from '../../../errors.ts';

export interface InstallProgress {
  phase: 'download' | 'unpack' | 'compile' | 'check';
  message: string;
  /** Bytes so far, for downloads. */
  done?: number;
  /** Bytes in total, if known. */
  total?: number;
}

export type OnProgress = (event: InstallProgress) => void;

/** A missing prerequisite: a sentence that names it and says how to get it. */
export interface Missing {
  missing: string;
  code: `engine.${string}`;
}

export const alternative = 'Without TensorFlow everything still runs, slower, on the wasm engine (--engine wasm).';

/** @param happened what went wrong, with the last output of the program that failed, if any */
export function installFailure(
  code: `engine.${string}`,
  happened: string,
  fix: string,
  options: { cause?: unknown; data?: Record<string, unknown> } = {},
): DcganError {
  return new DcganError(code, { happened, fix: `${fix}\n${alternative}` }, options);
}

export const freeSomeSpace = 'Free some space there, or set DCGAN_CACHE to a folder on another disk.';

/** The failure for a full disk, if a program's output or an error's message reports one. */
export function diskFull(text: string, directory: string): DcganError | undefined {
  if (!/ENOSPC|EDQUOT|No space left on device|Disk quota exceeded/i.test(text)) return undefined;
  const happened = `The disk is full: TensorFlow does not fit into ${directory}.`;
  return installFailure('engine.disk-full', happened, freeSomeSpace);
}

/** Turns a file system error about the folder of installations into a failure that says what to do. Returns others unchanged. */
export function folderFailure(error: unknown, directory: string): unknown {
  const cause = error instanceof DcganError && error.code === 'usage.cannot-write' ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (cause instanceof DcganError || !/^E[A-Z]+$/.test(code)) return cause;
  const happened = `${directory} cannot be written: ${messageOf(cause)}`;
  const fix = 'Change its permissions, or set DCGAN_CACHE to a folder you may write to.';
  const failure = () => installFailure('engine.cannot-write-cache', happened, fix, { cause, data: { directory } });
  return diskFull(code, directory) ?? failure();
}
