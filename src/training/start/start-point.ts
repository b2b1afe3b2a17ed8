// Loads, saves and rolls back the state of a training run: all variables, and its progress.
import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import type { Origin } from '../../config/identity/run-hash.ts';
import type { CompiledProgram, Decisions, EngineInfo, HostValues, Program, Shape } from '../../engines/engine.ts';
import { DcganError } from '../../errors.ts';
import type { NamedTensors } from '../../formats/safetensors.ts';
import { elementCount } from '../../formats/tensor-shape.ts';
import { initialAverages } from '../../models/average.ts';
import type { Networks } from '../../models/networks.ts';
import {
  bestCheckpoint,
  hasCheckpoint,
  type LoadedCheckpoint,
  loadCheckpoint,
  saveCheckpoint,
} from '../../runs/checkpoint.ts';
import { truncateEvaluations } from '../../runs/evaluations-log.ts';
import { appendMetrics, truncateMetrics } from '../../runs/metrics-log.ts';
import { stepFolderName } from '../../runs/step-folder.ts';
import { syncFile } from '../../system/write-file.ts';
import { allFinite } from '../health/divergence.ts';
import type { TrainingProgress } from '../loop.ts';
import { meansNames } from '../means.ts';
import { augmentState } from '../regularisation/adaptive-augment.ts';
import { parseRunState } from './run-state.ts';

export interface RunFolders {
  results: string;
  checkpoints: string;
}

/** A run's checkpoint, and the damaged ones that were skipped for it. */
export interface SavedRun {
  path: string;
  tensors: NamedTensors;
  progress: TrainingProgress;
  /** The engine's choices of kernels, so that a resumed run computes the same bits. */
  decisions: Decisions;
  refused: { path: string; reason: string }[];
}

/** The latest checkpoint of a run, if there is one. @throws DcganError `checkpoint.damaged` */
export async function loadLatest(folder: string): Promise<SavedRun | undefined> {
  return (await hasCheckpoint(folder)) ? savedRun(await loadCheckpoint(folder, 'latest')) : undefined;
}

/** @throws DcganError `checkpoint.damaged`, `checkpoint.generator-only` */
export function savedRun({ path, step, tensors, state, refused }: LoadedCheckpoint): SavedRun {
  const { progress, decisions } = parseRunState(state, path);
  if (!progress) throw onlyAGenerator(path);
  if (progress.step !== step) {
    const happened = `${path} is damaged: its position is at step ${progress.step}, not ${step}.`;
    throw new DcganError('checkpoint.damaged', { happened }, { data: { path } });
  }
  return { path, tensors, progress, decisions, refused };
}

/**
 * Values of all variables for a run that resumes. Means that are missing in an old checkpoint start at zero.
 * @throws DcganError `checkpoint.mismatch`
 */
export function savedValues({ tensors: saved, path }: SavedRun, program: Program): HostValues {
  const tensors = { ...zerosFor(program, meansNames), ...saved };
  for (const [name, shape] of Object.entries(program.variables)) checkTensor(name, shape, tensors[name]?.shape, path);
  return Object.fromEntries(Object.keys(program.variables).map((name) => [name, tensors[name]!.values]));
}

/**
 * Values of all variables for a fork: networks and optimizers of its source, fresh means, and the generator's averages, which
 * start from its weights if the source has none. @throws DcganError `checkpoint.mismatch`
 */
export function forkedValues(saved: SavedRun, program: Program, { generator }: Networks): HostValues {
  const averages = initialAverages(generator, saved.tensors);
  const tensors = {
    ...averages,
    ...zerosFor(program, [augmentState]),
    ...saved.tensors,
    ...zerosFor(program, meansNames),
  };
  return savedValues({ ...saved, tensors }, program);
}

/** Zeros for those of the named variables that the program has. */
function zerosFor({ variables }: Program, names: readonly string[]): NamedTensors {
  return Object.fromEntries(
    names.flatMap((name) => {
      const shape = variables[name];
      return shape ? [[name, { shape, values: new Float32Array(elementCount(shape)) }]] : [];
    }),
  );
}

/** The start of a run without checkpoints. */
export interface FirstState {
  progress: TrainingProgress;
  values: () => HostValues;
}

/**
 * Rolls a run back to its best checkpoint, or to its start if there is none, and saves that at once with the new count of
 * rollbacks: a session killed before the save repeats the failure, one killed after it retries with new random numbers.
 */
export async function rollBack(
  folders: RunFolders,
  contents: RunContents,
  { rollbacks, failure, first }: { rollbacks: number; failure: DcganError; first: FirstState },
): Promise<TrainingProgress> {
  const { program, compiled } = contents;
  const metrics = join(folders.results, 'metrics.jsonl');
  const best = await bestCheckpoint(folders.checkpoints);
  const good = best ?? startOfFork(folders, contents);
  const saved = good === undefined ? undefined : savedRun(await loadCheckpoint(good, 'latest'));
  await compiled.write(saved ? savedValues(saved, program) : first.values());
  const progress = { ...(saved?.progress ?? first.progress), rollbacks };
  await contents.confirm();
  await appendMetrics(metrics, { step: progress.step, rollbacks, lostAt: Number(failure.data['step']) });
  await save(folders, contents, progress, { best: best !== undefined });
  await truncateLogs(folders, progress);
  return progress;
}

/** A fork saves its own first checkpoint, since its source may be deleted. */
function startOfFork({ checkpoints }: RunFolders, { forkedFrom }: RunContents): string | undefined {
  return forkedFrom && join(checkpoints, stepFolderName(forkedFrom.step));
}

/** Drops the lines of a run's logs that were written after a checkpoint. */
export async function truncateLogs({ results }: RunFolders, progress: TrainingProgress): Promise<void> {
  await truncateMetrics(join(results, 'metrics.jsonl'), progress);
  await truncateEvaluations(join(results, 'evaluations.jsonl'), progress.evaluated.at);
}

/** What a checkpoint is written from. */
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
  for (const log of ['metrics.jsonl', 'evaluations.jsonl']) {
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

function onlyAGenerator(path: string): DcganError {
  return new DcganError('checkpoint.generator-only', {
    happened: `${path} holds only a generator: it can generate images, but training cannot resume from it.`,
    expected:
      'Training resumes from checkpoints written by dcgan train, which hold both networks and their optimizers.',
    fix: 'If it blocks a run, move it elsewhere, or start over with --fresh, which sets it aside.',
  });
}

function checkTensor(name: string, shape: Shape, found: Shape | undefined, path: string): void {
  if (found && elementCount(found) === elementCount(shape)) return;
  throw new DcganError('checkpoint.mismatch', {
    happened: `${path} has ${found ? `[${found.join(', ')}]` : 'nothing'} for ${name}.`,
    expected: `This config needs [${shape.join(', ')}].`,
    fix: 'Use layers of these sizes, or train from scratch without this checkpoint.',
  });
}
