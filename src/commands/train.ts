// dcgan train: config -> engine -> data -> networks -> run -> loop. The file that names every other folder, in order.
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Config } from '../config/config.ts';
import { identityHash, type Origin, runNames } from '../config/identity/run-hash.ts';
import type { Dataset } from '../data/dataset/open.ts';
import type { EngineInfo, Precision } from '../engines/engine.ts';
import type { OpenedEngine } from '../engines/open.ts';
import { DcganError } from '../errors.ts';
import { openTrainingEvaluation } from '../evaluation/training-evaluation.ts';
import type { ConfigWarning } from '../models/design-warnings.ts';
import { writeGrid } from '../pictures/grid.ts';
import { RandomStream } from '../random.ts';
import { bestCheckpoint } from '../runs/checkpoint.ts';
import { describeEnvironment } from '../runs/environment.ts';
import { createRunFolder, type MovedFolder, setAside, writeJson } from '../runs/run-folder.ts';
import { lockRun, type RunLock } from '../runs/run-lock.ts';
import type { LockOptions } from '../system/file-lock.ts';
import type { TrainingEvent } from '../training/events.ts';
import { createFeeder } from '../training/feeds.ts';
import { createHealthProbe } from '../training/health/health-probe.ts';
import { seedAfter, trainWithRollbacks } from '../training/health/rollback.ts';
import { initialProgress, type TrainingProgress, trainLoop } from '../training/loop.ts';
import { startingValues } from '../training/program.ts';
import type { Schedule } from '../training/schedule.ts';
import { chooseRun } from '../training/start/choose-run.ts';
import { type EarlierOfName, findEarlier } from '../training/start/find-earlier.ts';
import { longerFlag, programOf } from '../training/start/fork-advice.ts';
import {
  identityOf,
  type PreparationEvent,
  type PreparedRun,
  prepareRun,
  type RunOptions,
} from '../training/start/prepare-run.ts';
import {
  type FirstState,
  forkedValues,
  loadLatest,
  type RunFolders,
  rollBack,
  save,
  savedValues,
  truncateLogs,
} from '../training/start/start-point.ts';

export interface TrainOptions extends RunOptions {
  /** Start over, setting aside what the same run has written before. */
  fresh: boolean;
}

/** What training tells its caller while it works. */
export interface TrainIo {
  onEvent: (event: PreparationEvent | TrainEvent | TrainingEvent) => void;
  /** Asked after every step. */
  shouldStop: () => boolean;
  /** Ends the preparation before the first step: `train` then rejects with its reason. */
  signal?: AbortSignal;
}

export type TrainEvent =
  | { type: 'engine'; info: EngineInfo; precision: Precision; notChosen: OpenedEngine['notChosen'] }
  | ({ type: 'warning' } & ConfigWarning)
  /** More memory will be needed than is free now. */
  | { type: 'memory'; expectedMiB: number; freeMiB: number }
  /** Another machine or container had this run less than a lease ago: whether it still does is seen by waiting for a sign of life. */
  | { type: 'lock'; pid: number | undefined; host: string | undefined; sinceRenewalMs: number; leaseMs: number }
  /** The ways to compute each convolution are timed, once per machine and shape. */
  | { type: 'tuning'; done: number; total: number }
  | { type: 'dataset'; directory: string; images: number; skipped: Dataset['skipped']; notes: Dataset['notes'] }
  | {
      type: 'run';
      hash: string;
      results: string;
      resumedAt: number;
      refused: { path: string; reason: string }[];
      forkedFrom?: Origin;
      /** For a run that begins: another one of the same name, and by what they differ. */
      earlier?: EarlierOfName;
      /** Where an earlier version named the run: what its name would be now. */
      newName?: string;
      /** For a fresh start: where the run that was there is now. */
      replaced?: MovedFolder[];
    };

export interface TrainResult {
  runHash: string;
  /** Where the run is now. */
  step: number;
  /** Where the config ends; below `step` if the run was longer before, and then nothing was trained. */
  totalSteps: number;
  /** The flag that trains such a run further. */
  longer?: string;
  interrupted: boolean;
  /** Paths relative to the root. */
  results: string;
  checkpoints: string;
  files: string[];
  warnings: ConfigWarning[];
}

/** Trains a config to its end, or until asked to stop; resumes where an earlier session of the same run stopped. */
export async function train(options: TrainOptions, io: TrainIo): Promise<TrainResult> {
  const prepared = await prepareRun(options, io.onEvent, io.signal);
  const { hash, lock } = await lockFolder(prepared, options, io);
  try {
    return await trainPrepared({ ...prepared, hash }, options, io, lock);
  } catch (error) {
    throw await lock.explain(error);
  } finally {
    await lock.release();
  }
}

/** Takes a run's folder for this process; another run of the same short name may have come to it meanwhile. */
async function lockFolder(
  prepared: PreparedRun,
  options: TrainOptions,
  { onEvent, signal }: TrainIo,
): Promise<{ hash: string; lock: RunLock }> {
  const { root, resume } = options;
  const onWait: LockOptions['onWait'] = ({ pid, host, sinceRenewalMs }, leaseMs) =>
    onEvent({ type: 'lock', pid, host, sinceRenewalMs, leaseMs });
  let { hash } = prepared;
  for (;;) {
    const lock = await lockRun(join(root, 'checkpoints', `${hash}.lock`), { onWait, signal });
    try {
      const chosen = resume === undefined ? await chooseRun(root, identityOf(prepared), options) : hash;
      if (chosen === hash) return { hash, lock };
      hash = chosen;
    } catch (error) {
      await lock.release();
      throw error;
    }
    await lock.release();
  }
}

/** The same from a run that is prepared already, and locked. Nothing of it is written before all that it needs is there. */
export async function trainPrepared(
  prepared: PreparedRun,
  options: Pick<TrainOptions, 'root' | 'fresh'>,
  io: TrainIo,
  { confirm }: Pick<RunLock, 'confirm'> = { confirm: async () => undefined },
): Promise<TrainResult> {
  const { config, networks, dataset, schedule, hash, opened, precision, memory, warnings, forkedFrom, source } =
    prepared;
  const { engine, notChosen } = opened;
  const { root, fresh } = options;
  io.onEvent({ type: 'engine', info: engine.info, precision, notChosen });
  const { directory, count: images, skipped, notes } = dataset;
  io.onEvent({ type: 'dataset', directory, images, skipped, notes });
  for (const warning of warnings) io.onEvent({ type: 'warning', ...warning });
  if (memory && memory.expectedMiB > memory.freeMiB) io.onEvent({ type: 'memory', ...memory });

  const folders: RunFolders = { results: join(root, 'results', hash), checkpoints: join(root, 'checkpoints', hash) };
  const saved = fresh ? undefined : await loadLatest(folders.checkpoints);
  const from = saved ?? source;
  if (saved && saved.progress.step > schedule.totalSteps) {
    dataset.close();
    return describeResult(prepared, folders, { root, progress: saved.progress, interrupted: false });
  }
  if (source && !saved) refuseDone(source.progress.step, schedule);
  const program = programOf(prepared);
  const first: FirstState = source
    ? {
        progress: { ...initialProgress, step: source.progress.step, images: source.progress.images },
        values: () => forkedValues(source, program, networks),
      }
    : { progress: initialProgress, values: () => startingValues(program, config, networks) };
  const start = saved?.progress ?? first.progress;
  const firstValues = saved ? () => savedValues(saved, program) : first.values;
  if (from) firstValues(); // weights that do not fit are refused before anything is written
  const compiled = await engine.compile(program, {
    precision,
    ...(from ? { decisions: from.decisions } : {}),
    onTuning: (done, total) => io.onEvent({ type: 'tuning', done, total }),
    signal: io.signal,
  });
  await compiled.write(firstValues());
  const evaluation = await openTrainingEvaluation(prepared, {
    root,
    results: folders.results,
    program: compiled,
    confirm,
  });

  const identity = identityOf(prepared);
  const earlier = from ? undefined : await findEarlier(root, hash, identity, prepared);
  io.signal?.throwIfAborted();
  await confirm();
  const replaced = fresh ? await setAside(root, hash) : [];
  await createRunFolder(root, hash);
  await truncateLogs(folders, start); // what was written after the checkpoint
  await describeRun(folders.results, prepared);
  const [newName] = runNames(identityHash(identity));
  io.onEvent({
    type: 'run',
    hash,
    results: relative(root, folders.results),
    resumedAt: start.step,
    refused: from?.refused ?? [],
    ...(forkedFrom ? { forkedFrom } : {}),
    ...(earlier ? { earlier } : {}),
    ...(hash.startsWith(newName!) ? {} : { newName: newName! }),
    ...(replaced.length > 0 ? { replaced } : {}),
  });

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
  if (source && !saved) await save(folders, contents, start, { best: false }); // what it may have to go back to
  const parts = {
    config,
    program: compiled,
    schedule,
    folder: folders.results,
    healthProbe: createHealthProbe(config, dataset, compiled),
    evaluate: evaluation?.evaluate,
    saveCheckpoint: (at: TrainingProgress, best: boolean) => save(folders, contents, at, { best }),
    bestCheckpoint: () => bestCheckpoint(folders.checkpoints),
    confirm,
    onEvent: io.onEvent,
    shouldStop: io.shouldStop,
  };
  const feedStepFrom = ({ rollbacks }: TrainingProgress) =>
    createFeeder({ ...config, seed: seedOf(config, forkedFrom, rollbacks) }, dataset, program, schedule);
  const { progress, interrupted } = await trainWithRollbacks(
    {
      config,
      run: (from) => trainLoop({ ...parts, feedStep: feedStepFrom(from) }, from),
      rollBack: (rollbacks, failure) => rollBack(folders, contents, { rollbacks, failure, first }),
      onEvent: io.onEvent,
    },
    start,
  );
  await evaluation?.dispose();
  compiled.dispose();
  dataset.close();
  return describeResult(prepared, folders, { root, progress, interrupted });
}

/** Seed of data order, latents, labels and noise. A fork resets its retry count but skips seeds its source already failed with. */
function seedOf({ seed }: Config, forkedFrom: Origin | undefined, rollbacks: number): number {
  return seedAfter(seed, (forkedFrom?.rollbacks ?? 0) + rollbacks);
}

function refuseDone(step: number, schedule: Schedule): void {
  if (step < schedule.totalSteps) return;
  throw new DcganError('usage.nothing-to-train', {
    happened: `The checkpoint is at step ${step}, and the config ends at step ${schedule.totalSteps}.`,
    expected: 'A fork continues counting from the step of its checkpoint.',
    fix: `Add ${longerFlag(schedule, step)}`,
  });
}

/** config.json, environment.json, warnings.json and reals.png: what this run is, before it starts. */
async function describeRun(results: string, prepared: PreparedRun): Promise<void> {
  const { config, dataset, opened, hash, precision, warnings, forkedFrom } = prepared;
  const identity = { runHash: hash, dataFingerprint: dataset.fingerprint, forkedFrom };
  await writeJson(join(results, 'config.json'), { ...identity, ...config });
  await writeJson(join(results, 'environment.json'), {
    ...describeEnvironment(),
    engine: opened.engine.info,
    precision,
  });
  if (warnings.length > 0) await writeJson(join(results, 'warnings.json'), warnings);
  await writeReals(join(results, 'reals.png'), config, dataset);
}

/** Real images in the grid's shape, drawn from the whole folder. */
async function writeReals(path: string, { outputs, seed }: Config, dataset: Dataset): Promise<void> {
  const { rows, columns } = outputs.grid;
  const { height, width, channels, count } = dataset;
  const chosen = new RandomStream(seed, 'reals').permutation(count).subarray(0, rows * columns);
  await writeGrid(path, { pixels: dataset.read(chosen), height, width, channels }, { columns });
}

function describeResult(
  { hash, schedule, warnings }: PreparedRun,
  folders: RunFolders,
  { root, progress: { step }, interrupted }: { root: string; progress: TrainingProgress; interrupted: boolean },
): TrainResult {
  const results = relative(root, folders.results);
  const lastSamples = join('samples', `${String(step).padStart(6, '0')}.png`);
  const names = [
    'config.json',
    'environment.json',
    'warnings.json',
    'metrics.jsonl',
    'reals.png',
    'loss.png',
    'evaluations.jsonl',
    'evaluations.png',
    'evolution.png',
    lastSamples,
  ];
  const files = names.map((name) => join(results, name)).filter((file) => existsSync(join(root, file)));
  const { totalSteps } = schedule;
  const longer = step > totalSteps ? { longer: longerFlag(schedule, step) } : {};
  const checkpoints = relative(root, folders.checkpoints);
  return { runHash: hash, step, totalSteps, ...longer, interrupted, results, checkpoints, files, warnings };
}
