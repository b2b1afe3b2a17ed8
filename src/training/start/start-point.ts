// A training run as it lies on disk: where it starts or goes on, and what its checkpoints hold.
import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import type { Origin } from '../../config/identity/run-hash.ts';
import type { CompiledProgram, Decisions, EngineInfo, HostValues, Program, Shape } from '../../engines/engine.ts';
import { DcganError } from '../../errors.ts';
import type { NamedTensors } from '../../formats/safetensors.ts';
import { elementCount } from '../../formats/tensor-shape.ts';
import { averagesOf } from '../../models/average.ts';
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
import type { Position } from '../loop.ts';
import { meansNames } from '../means.ts';
import { augmentState } from '../regularisation/adaptive-augment.ts';
import { parseRunState } from './run-state.ts';

export interface RunFolders {
  results: string;
  checkpoints: string;
}

/** What a checkpoint of a run holds, and the damaged ones that were passed over for it. */
export interface SavedRun {
  path: string;
  tensors: NamedTensors;
  position: Position;
  /** How the engine computed, so that it does so again. */
  decisions: Decisions;
  refused: { path: string; reason: string }[];
}

/** The latest checkpoint of a run, if there is one. @throws DcganError `checkpoint.damaged` */
export async function loadLatest(folder: string): Promise<SavedRun | undefined> {
  return (await hasCheckpoint(folder)) ? savedRun(await loadCheckpoint(folder, 'latest')) : undefined;
}

/** A checkpoint's position and decisions, checked: anybody can make a checkpoint. @throws DcganError `checkpoint.damaged` */
export function savedRun({ path, step, tensors, state, refused }: LoadedCheckpoint): SavedRun {
  const { position, decisions } = parseRunState(state, path);
  if (!position) throw onlyAGenerator(path);
  if (position.step !== step) {
    const happened = `${path} is damaged: its position is at step ${position.step}, not ${step}.`;
    throw new DcganError('checkpoint.damaged', { happened }, { data: { path } });
  }
  return { path, tensors, position, decisions, refused };
}

/**
 * The values of every variable where a run resumes; means that an older version did not have begin at zero.
 * @throws DcganError `checkpoint.mismatch`
 */
export function savedValues({ tensors: saved, path }: SavedRun, program: Program): HostValues {
  const tensors = { ...emptyOf(program, meansNames), ...saved };
  for (const [name, shape] of Object.entries(program.variables)) checkTensor(name, shape, tensors[name]?.shape, path);
  return Object.fromEntries(Object.keys(program.variables).map((name) => [name, tensors[name]!.values]));
}

/**
 * The values of every variable where a run begins that goes another way than the one it comes from: its networks and
 * optimizers, new means, and averages of the generator also where there were none. @throws DcganError `checkpoint.mismatch`
 */
export function forkedValues(saved: SavedRun, program: Program, { generator }: Networks): HostValues {
  const averages = averagesOf(generator, saved.tensors);
  const tensors = {
    ...averages,
    ...emptyOf(program, [augmentState]),
    ...saved.tensors,
    ...emptyOf(program, meansNames),
  };
  return savedValues({ ...saved, tensors }, program);
}

/** Zeros for those of some variables that a program has. */
function emptyOf({ variables }: Program, names: readonly string[]): NamedTensors {
  return Object.fromEntries(
    names.flatMap((name) => {
      const shape = variables[name];
      return shape ? [[name, { shape, values: new Float32Array(elementCount(shape)) }]] : [];
    }),
  );
}

/** Where a run begins that has no checkpoint yet. */
export interface Begin {
  position: Position;
  values: () => HostValues;
}

/**
 * Takes a run back to its best checkpoint, or to where it began if there is none, and saves it there at once: a session
 * that is killed before that goes the lost way again, one that is killed after it the new way. Gives the position.
 */
export async function goBack(
  folders: RunFolders,
  contents: RunContents,
  { rollbacks, failure, begin }: { rollbacks: number; failure: DcganError; begin: Begin },
): Promise<Position> {
  const { program, compiled } = contents;
  const metrics = join(folders.results, 'metrics.jsonl');
  const best = await bestCheckpoint(folders.checkpoints);
  const good = best ?? startOfFork(folders, contents);
  const saved = good === undefined ? undefined : savedRun(await loadCheckpoint(good, 'latest'));
  await compiled.write(saved ? savedValues(saved, program) : begin.values());
  const position = { ...(saved?.position ?? begin.position), rollbacks };
  await contents.confirm();
  await appendMetrics(metrics, { step: position.step, rollbacks, lostAt: Number(failure.data['step']) });
  await save(folders, contents, position, { best: best !== undefined });
  await truncateLogs(folders, position);
  return position;
}

/** A fork has its first checkpoint where it begins: the one that it came from may be gone by now. */
function startOfFork({ checkpoints }: RunFolders, { forkedFrom }: RunContents): string | undefined {
  return forkedFrom && join(checkpoints, stepFolderName(forkedFrom.step));
}

/** Drops from a run's logs what came after a position. */
export async function truncateLogs({ results }: RunFolders, position: Position): Promise<void> {
  await truncateMetrics(join(results, 'metrics.jsonl'), position);
  await truncateEvaluations(join(results, 'evaluations.jsonl'), position.evaluated.at);
}

/** What the checkpoints of a run are made from. */
export interface RunContents {
  config: Config;
  program: Program;
  compiled: CompiledProgram;
  engine: EngineInfo;
  dataFingerprint: string;
  forkedFrom: Origin | undefined;
  keepEverySteps: number | undefined;
  /** Called before each write: throws where the run is no longer this process's. */
  confirm: () => Promise<void>;
}

/** Writes the checkpoint of a position: every variable, and all else that the loop needs. */
export async function save(
  folders: RunFolders,
  contents: RunContents,
  position: Position,
  { best }: { best: boolean },
): Promise<string> {
  const { config, program, compiled, engine, dataFingerprint, forkedFrom, keepEverySteps, confirm } = contents;
  const values = await compiled.read(); // waits for the engine
  checkWeights(values, position.step);
  const tensors = Object.fromEntries(
    Object.entries(values).map(([name, array]) => [name, { shape: program.variables[name]!, values: array }]),
  );
  const { decisions } = compiled;
  const state = { position, config, dataFingerprint, forkedFrom, engine: engine.name, decisions };
  for (const log of ['metrics.jsonl', 'evaluations.jsonl']) {
    await syncFile(join(folders.results, log)); // its lines are on the disk before the checkpoint that they belong to
  }
  const options = {
    best,
    confirm,
    ...(keepEverySteps !== undefined && { keepEvery: keepEverySteps }),
    ...(forkedFrom && { start: forkedFrom.step }),
  };
  return saveCheckpoint(folders.checkpoints, { step: position.step, tensors, state }, options);
}

/** Weights overflow in the update that follows a loss which still was a number. */
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
