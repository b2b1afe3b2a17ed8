// Writes a run's checkpoints, and keeps its logs in step with them.
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import type { Origin } from '../config/identity/run-hash.ts';
import type { CompiledProgram, EngineInfo, HostValues, Program } from '../engines/engine.ts';
import { DcganError } from '../errors.ts';
import { saveCheckpoint } from '../runs/checkpoint.ts';
import { truncateLosses } from '../runs/losses-log.ts';
import { truncateEvaluations } from '../runs/metrics-log.ts';
import { syncFile } from '../system/write-file.ts';
import { allFinite } from './health/divergence.ts';
import type { TrainingProgress } from './loop.ts';

export interface RunFolders {
  results: string;
  checkpoints: string;
}

/** The parts of a run that a checkpoint is written from. */
export interface RunContents {
  config: Config;
  program: Program;
  compiled: CompiledProgram;
  engine: EngineInfo;
  dataFingerprint: string;
  forkedFrom: Origin | undefined;
  keepEverySteps: number | undefined;
  /** Called before each write; throws if another process has taken over the run. */
  confirm: () => Promise<void>;
}

/** Writes a checkpoint: all variables, and the progress. Returns its path. */
export async function save(
  folders: RunFolders,
  contents: RunContents,
  progress: TrainingProgress,
  { best }: { best: boolean },
): Promise<string> {
  const { config, program, compiled, engine, dataFingerprint, forkedFrom, keepEverySteps, confirm } = contents;
  const values = await compiled.read(); // waits for the engine
  checkWeights(values, progress.step);
  const tensors = Object.fromEntries(
    Object.entries(values).map(([name, array]) => [name, { shape: program.variables[name]!, values: array }]),
  );
  const { decisions } = compiled;
  const state = { position: progress, config, dataFingerprint, forkedFrom, engine: engine.name, decisions };
  for (const log of ['losses.jsonl', 'metrics.jsonl']) {
    await syncFile(join(folders.results, log)); // so that no checkpoint is on disk before its log lines
  }
  const options = {
    best,
    confirm,
    ...(keepEverySteps !== undefined && { keepEvery: keepEverySteps }),
    ...(forkedFrom && { start: forkedFrom.step }),
  };
  return saveCheckpoint(folders.checkpoints, { step: progress.step, tensors, state }, options);
}

/** The last update may overflow although its loss was still finite. */
function checkWeights(values: HostValues, step: number): void {
  const bad = Object.keys(values).find((name) => !allFinite(values[name]!));
  if (!bad) return;
  throw new DcganError(
    'diverged.not-finite',
    {
      happened: `Training diverged: ${bad} contains NaN or infinite values at step ${step}.`,
      expected: 'The last checkpoint is from before that.',
      fix: 'Lower the learning rate, and train again.',
    },
    { data: { step } },
  );
}

/** Drops the lines of a run's logs that were written after a checkpoint. */
export async function truncateLogs({ results }: RunFolders, progress: TrainingProgress): Promise<void> {
  await truncateLosses(join(results, 'losses.jsonl'), progress);
  await truncateEvaluations(join(results, 'metrics.jsonl'), progress.evaluated.at);
}
