// The interface of a command's implementation: what it receives, and the output and exit code it returns.

import type { Stop } from '../stop.ts';
import type { Progress } from './progress.ts';

export interface Cli {
  progress: Progress;
  stop: Stop;
}

/** What is printed to stdout. */
export interface Outcome {
  /** Printed with --json. */
  result: object;
  /** Printed without --json. */
  text: string;
  /** @default 0 */
  exitCode?: number;
}

/** Runs a command and prints its outcome. */
export type RunCommand = (command: (cli: Cli) => Promise<Outcome>) => Promise<void> | void;
