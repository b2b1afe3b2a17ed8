// What a command of the command line is given, and what it hands back.

import type { Stop } from '../stop.ts';
import type { Progress } from './progress.ts';

export interface Cli {
  progress: Progress;
  stop: Stop;
}

/** The only thing that reaches stdout. */
export interface Outcome {
  /** With --json. */
  result: object;
  /** Without: the same for people. */
  text: string;
  /** @default 0 */
  exitCode?: number;
}
