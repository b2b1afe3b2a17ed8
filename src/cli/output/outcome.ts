// The arguments and result of every command of the command line.

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

/** Runs a command and takes its outcome. */
export type RunCommand = (command: (cli: Cli) => Promise<Outcome>) => Promise<void> | void;
