// dcgan train: builds a run's parts in order (config, data, networks, engine, start point) and trains it to its end.
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { identityHash, type Origin, runNames } from '../config/identity/run-hash.ts';
import type { Dataset } from '../data/dataset/open.ts';
import type { EngineInfo, Precision } from '../engines/engine.ts';
import type { OpenedEngine } from '../engines/open.ts';
import { DcganError } from '../errors.ts';
import { openTrainingEvaluation } from '../evaluation/training-evaluation.ts';
import type { ConfigWarning } from '../models/design-warnings.ts';
import { bestCheckpoint } from '../runs/checkpoint.ts';
import { renameOldLogs } from '../runs/old-log-names.ts';
import { createRunFolder, type MovedFolder, setAside } from '../runs/run-folder.ts';
import type { RunLock } from '../runs/run-lock.ts';
import { type RunFolders, save, truncateLogs } from '../training/checkpointing.ts';
import type { TrainingEvent } from '../training/events.ts';
import { createFeeder } from '../training/feeds.ts';
import { createHealthProbe } from '../training/health/health-probe.ts';
import { rollBack, seedAfter, trainWithRollbacks } from '../training/health/rollback.ts';
import { type TrainingProgress, trainLoop } from '../training/loop.ts';
import type { Schedule } from '../training/schedule.ts';
import { describeRun } from '../training/start/describe-run.ts';
import { findEarlierRun, type RunOfSameName } from '../training/start/find-earlier-run.ts';
import { longerFlag } from '../training/start/fork-advice.ts';
import { lockRunFolder } from '../training/start/lock-run-folder.ts';
import {
  identityOf,
  type PreparationEvent,
  type PreparedRun,
  prepareRun,
  type RunOptions,
} from '../training/start/prepare-run.ts';
import { programOf } from '../training/start/run-parts.ts';
import { firstStart, resumedStart, type StartPoint } from '../training/start/start-point.ts';
import { loadLatest } from '../training/start/training-checkpoint.ts';

export interface TrainOptions extends RunOptions {
  /** Start over; the run's earlier files are set aside. */
  fresh: boolean;
}

export interface TrainIo {
  onEvent: (event: PreparationEvent | TrainEvent | TrainingEvent) => void;
  /** Called after every step; if true, training stops. */
  shouldStop: () => boolean;
  /** Aborts the preparation before the first step: `train` rejects with its reason. */
  signal?: AbortSignal;
}

export type TrainEvent =
  | { type: 'engine'; info: EngineInfo; precision: Precision; notChosen: OpenedEngine['notChosen'] }
  | ({ type: 'warning' } & ConfigWarning)
  /** Training needs more memory than is free now. */
  | { type: 'memory'; expectedMiB: number; freeMiB: number }
  /** Another machine or container renewed its lock on this run less than a lease ago; waiting shows whether it still runs. */
  | { type: 'lock'; pid: number | undefined; host: string | undefined; sinceRenewalMs: number; leaseMs: number }
  /** The implementations of each convolution are timed, once per machine and shape. */
  | { type: 'tuning'; done: number; total: number }
  | { type: 'dataset'; directory: string; images: number; skipped: Dataset['skipped']; notes: Dataset['notes'] }
  | {
      type: 'run';
      hash: string;
      results: string;
      resumedAt: number;
      refused: { path: string; reason: string }[];
      forkedFrom?: Origin;
      /** For a fresh run: an earlier one of the same name, and the settings in which they differ. */
      earlier?: RunOfSameName;
      /** For a run named by an earlier version: the name that this version would give it. */
      newName?: string;
      /** With `fresh`: where the files of the replaced run are now. */
      replaced?: MovedFolder[];
    };

export interface TrainResult {
  runHash: string;
  /** The run's last step. */
  step: number;
  /** The config's last step; below `step` if an earlier session trained for longer, and then nothing was trained now. */
  totalSteps: number;
  /** The flag that trains such a run for longer. */
  longer?: string;
  interrupted: boolean;
  /** Paths relative to the root. */
  results: string;
  checkpoints: string;
  files: string[];
  warnings: ConfigWarning[];
}

/** Trains a config to its end or until asked to stop. A run that was interrupted resumes at its latest checkpoint. */
export async function train(options: TrainOptions, io: TrainIo): Promise<TrainResult> {
  const prepared = await prepareRun(options, io.onEvent, io.signal);
  const { hash, lock } = await lockRunFolder(prepared, options, {
    onWait: ({ pid, host, sinceRenewalMs }, leaseMs) =>
      io.onEvent({ type: 'lock', pid, host, sinceRenewalMs, leaseMs }),
    signal: io.signal,
  });
  try {
    return await trainPrepared({ ...prepared, hash }, options, io, lock);
  } catch (error) {
    throw await lock.explain(error);
  } finally {
    await lock.release();
  }
}

/** Trains a run that is prepared and locked. Nothing is written until everything that can be refused has been checked. */
export async function trainPrepared(
  prepared: PreparedRun,
  { root, fresh }: Pick<TrainOptions, 'root' | 'fresh'>,
  io: TrainIo,
  { confirm }: Pick<RunLock, 'confirm'> = { confirm: async () => undefined },
): Promise<TrainResult> {
  const { config, dataset, schedule, hash, opened, precision, forkedFrom } = prepared;
  const { engine } = opened;
  reportPreparation(prepared, io.onEvent);

  const folders: RunFolders = { results: join(root, 'results', hash), checkpoints: join(root, 'checkpoints', hash) };
  const program = programOf(prepared);
  const first = firstStart(prepared, program);
  const saved = fresh ? undefined : await loadLatest(folders.checkpoints);
  const start = saved ? resumedStart(saved, program) : first;
  const { step } = start.progress;
  if (start.kind === 'resumed' && step > schedule.totalSteps) {
    dataset.close();
    return describeResult(prepared, folders, { root, step, interrupted: false });
  }
  if (start.kind === 'forked') checkStepsLeft(step, schedule);
  if (start.kind !== 'fresh') start.values(); // throws if the weights do not fit

  const compiled = await engine.compile(program, {
    precision,
    ...(start.kind !== 'fresh' && { decisions: start.checkpoint.decisions }),
    onTuning: (done, total) => io.onEvent({ type: 'tuning', done, total }),
    signal: io.signal,
  });
  await compiled.write(start.values());
  const { results } = folders;
  const evaluation = await openTrainingEvaluation(prepared, { root, results, program: compiled, confirm });
  const earlier = start.kind === 'fresh' ? await findEarlierRun(root, hash, identityOf(prepared), prepared) : undefined;
  io.signal?.throwIfAborted();

  await confirm();
  const replaced = fresh ? await setAside(root, hash) : [];
  await createRunFolder(root, hash);
  await renameOldLogs(results);
  await truncateLogs(folders, start.progress);
  await describeRun(results, prepared);
  io.onEvent(runEvent(prepared, start, { results: relative(root, results), earlier, replaced }));

  const contents = {
    config,
    program,
    compiled,
    engine: engine.info,
    dataFingerprint: dataset.fingerprint,
    forkedFrom,
    keepEverySteps: schedule.keepCheckpointsEverySteps,
    confirm,
  };
  if (start.kind === 'forked') await save(folders, contents, start.progress, { best: false }); // rollbacks may need it
  const parts = {
    config,
    program: compiled,
    schedule,
    folder: results,
    healthProbe: createHealthProbe(config, dataset, compiled),
    evaluate: evaluation?.evaluate,
    saveCheckpoint: (at: TrainingProgress, best: boolean) => save(folders, contents, at, { best }),
    bestCheckpoint: () => bestCheckpoint(folders.checkpoints),
    confirm,
    onEvent: io.onEvent,
    shouldStop: io.shouldStop,
  };
  const feedStepAfter = (rollbacks: number) => {
    const seed = seedAfter(config.seed, (forkedFrom?.rollbacks ?? 0) + rollbacks); // no seed that has already failed
    return createFeeder({ ...config, seed }, dataset, program, schedule);
  };
  const { progress, interrupted } = await trainWithRollbacks(
    {
      config,
      run: (from) => trainLoop({ ...parts, feedStep: feedStepAfter(from.rollbacks) }, from),
      rollBack: (rollbacks, failure) => rollBack(folders, contents, { rollbacks, failure, first }),
      onEvent: io.onEvent,
    },
    start.progress,
  );
  await evaluation?.dispose();
  compiled.dispose();
  dataset.close();
  return describeResult(prepared, folders, { root, step: progress.step, interrupted });
}

function reportPreparation(prepared: PreparedRun, onEvent: TrainIo['onEvent']): void {
  const { opened, precision, dataset, warnings, memory } = prepared;
  onEvent({ type: 'engine', info: opened.engine.info, precision, notChosen: opened.notChosen });
  const { directory, count: images, skipped, notes } = dataset;
  onEvent({ type: 'dataset', directory, images, skipped, notes });
  for (const warning of warnings) onEvent({ type: 'warning', ...warning });
  if (memory && memory.expectedMiB > memory.freeMiB) onEvent({ type: 'memory', ...memory });
}

function runEvent(
  prepared: PreparedRun,
  start: StartPoint,
  { results, earlier, replaced }: { results: string; earlier: RunOfSameName | undefined; replaced: MovedFolder[] },
): TrainEvent {
  const { hash, forkedFrom } = prepared;
  const [newName] = runNames(identityHash(identityOf(prepared)));
  return {
    type: 'run',
    hash,
    results,
    resumedAt: start.progress.step,
    refused: start.kind === 'fresh' ? [] : start.checkpoint.refused,
    ...(forkedFrom && { forkedFrom }),
    ...(earlier && { earlier }),
    ...(!hash.startsWith(newName!) && { newName: newName! }),
    ...(replaced.length > 0 && { replaced }),
  };
}

/** @throws DcganError `usage.nothing-to-train` if a fork starts where its config ends */
function checkStepsLeft(step: number, schedule: Schedule): void {
  if (step < schedule.totalSteps) return;
  throw new DcganError('usage.nothing-to-train', {
    happened: `The checkpoint is at step ${step}, and the config ends at step ${schedule.totalSteps}.`,
    expected: 'A fork continues counting from the step of its checkpoint.',
    fix: `Give ${longerFlag(schedule, step)} in place of the present length.`,
  });
}

function describeResult(
  { hash, schedule, warnings }: PreparedRun,
  folders: RunFolders,
  { root, step, interrupted }: { root: string; step: number; interrupted: boolean },
): TrainResult {
  const results = relative(root, folders.results);
  const lastSamples = join('samples', `${String(step).padStart(6, '0')}.png`);
  const names = [
    'config.json',
    'environment.json',
    'warnings.json',
    'losses.jsonl',
    'reals.png',
    'loss.png',
    'metrics.jsonl',
    'metrics.png',
    'evolution.png',
    lastSamples,
  ];
  const files = names.map((name) => join(results, name)).filter((file) => existsSync(join(root, file)));
  const { totalSteps } = schedule;
  const longer = step > totalSteps ? { longer: longerFlag(schedule, step) } : {};
  const checkpoints = relative(root, folders.checkpoints);
  return { runHash: hash, step, totalSteps, ...longer, interrupted, results, checkpoints, files, warnings };
}
