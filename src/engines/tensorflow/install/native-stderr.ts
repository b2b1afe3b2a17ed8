// TensorFlow prints to stderr while it is loaded, whatever TF_CPP_MIN_LOG_LEVEL says. A small addon keeps the text instead.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { stderrAddonName } from './location.ts';

interface StderrCapture {
  begin(): boolean;
  end(): string;
}

/** Runs `action` with native stderr kept back. @returns its value and what was printed; on an error the text is its `stderr`. */
export function quietly<T>(directory: string, action: () => T): { value: T; stderr: string } {
  const capture = createRequire(import.meta.url)(join(directory, stderrAddonName)) as StderrCapture;
  capture.begin();
  let stderr = '';
  try {
    const value = action();
    stderr = capture.end();
    return { value, stderr };
  } catch (error) {
    stderr = capture.end();
    process.stderr.write(stderr);
    throw error;
  }
}
