// TensorFlow prints to stderr while it is loaded, whatever TF_CPP_MIN_LOG_LEVEL says. A small addon keeps the text instead.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { messageOf } from '../../../errors.ts';
import { stderrAddonName } from './location.ts';

interface StderrCapture {
  begin(): boolean;
  end(): string;
}

/** Runs `action` with native stderr kept back. @returns its value and what was printed; an error's message ends with that text. */
export function quietly<T>(directory: string, action: () => T): { value: T; stderr: string } {
  const capture = createRequire(import.meta.url)(join(directory, stderrAddonName)) as StderrCapture;
  capture.begin();
  let value: T;
  try {
    value = action();
  } catch (error) {
    throw new Error([messageOf(error), capture.end().trim()].join('\n').trimEnd(), { cause: error });
  }
  return { value, stderr: capture.end() };
}
