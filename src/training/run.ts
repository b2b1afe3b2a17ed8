// A training run as it lies on disk: where it starts or goes on, and what its checkpoints hold.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import type { CompiledProgram, EngineInfo, HostValues, Program } from '../engines/engine.ts';
import { elementCount } from '../engines/feeds.ts';
import { DcganError } from '../errors.ts';
import { bestCheckpoint, hasCheckpoint, loadCheckpoint, saveCheckpoint } from '../outputs/checkpoint.ts';
import { appendMetrics, truncateMetrics } from '../outputs/metrics-log.ts';
import type { NamedTensors } from '../outputs/safetensors.ts';
import { allFinite } from './divergence.ts';
import { type Position, startingPosition } from './loop.ts';

export interface RunFolders {
  results: string;
  checkpoints: string;
}

/** Loads the latest checkpoint into the program, if there is one. Gives the position, and the damaged checkpoints passed over. */
export async function resume(
  folders: RunFolders,
  program: Program,
  compiled: CompiledProgram,
): Promise<{ position: Position; refused: { path: string; reason: string }[] } | undefined> {
  const metrics = join(folders.results, 'metrics.jsonl');
  if (!(await hasCheckpoint(folders.checkpoints))) {
    await truncateMetrics(metrics, 0); // what a run killed before its first checkpoint has left
    return undefined;
  }
  const checkpoint = await loadCheckpoint(folders.checkpoints, 'latest');
  const position = await restore(checkpoint, program, compiled);
  await truncateMetrics(metrics, position.step);
  return { position, refused: checkpoint.refused };
}

/** Writes a checkpoint's variables into the program. Gives its position. */
async function restore(
  { tensors, state, path }: Awaited<ReturnType<typeof loadCheckpoint>>,
  program: Program,
  compiled: CompiledProgram,
): Promise<Position> {
  if (state['position'] === undefined) throw onlyAGenerator(path);
  checkTensors(tensors, program, path);
  await compiled.write(Object.fromEntries(Object.entries(tensors).map(([name, { values }]) => [name, values])));
  return { ...startingPosition, ...(state['position'] as Position) };
}

/**
 * Takes a run back to its best checkpoint, or to the given start where there is none, and saves it there at once: a
 * session that is killed now goes on the new way. Gives the position.
 */
export async function goBack(
  folders: RunFolders,
  contents: RunContents,
  { rollbacks, failure, startingValues }: { rollbacks: number; failure: DcganError; startingValues: () => HostValues },
): Promise<Position> {
  const { program, compiled } = contents;
  const metrics = join(folders.results, 'metrics.jsonl');
  const best = await bestCheckpoint(folders.checkpoints);
  if (!best) await compiled.write(startingValues());
  const from = best ? await restore(await loadCheckpoint(best, 'latest'), program, compiled) : startingPosition;
  const position = { ...from, rollbacks };
  await truncateMetrics(metrics, position.step);
  await save(folders, contents, position, { best: best !== undefined });
  await appendMetrics(metrics, { step: position.step, rollbacks, lostAt: Number(failure.data['step']) });
  return position;
}

/** Removes what earlier sessions of the run wrote. */
export async function startFresh({ results, checkpoints }: RunFolders): Promise<void> {
  for (const folder of [results, checkpoints]) await rm(folder, { recursive: true, force: true });
}

/** What the checkpoints of a run are made from. */
export interface RunContents {
  config: Config;
  program: Program;
  compiled: CompiledProgram;
  engine: EngineInfo;
  dataFingerprint: string;
  keepEverySteps: number | undefined;
}

/** Writes the checkpoint of a position: every variable, and all else that the loop needs. */
export async function save(
  folders: RunFolders,
  contents: RunContents,
  position: Position,
  { best }: { best: boolean },
): Promise<string> {
  const { config, program, compiled, engine, dataFingerprint, keepEverySteps } = contents;
  const values = await compiled.read(); // waits for the engine
  checkWeights(values, position.step);
  const tensors = Object.fromEntries(
    Object.entries(values).map(([name, array]) => [name, { shape: program.variables[name]!, values: array }]),
  );
  const state = { position, config, dataFingerprint, engine: engine.name };
  const options = { best, ...(keepEverySteps === undefined ? {} : { keepEvery: keepEverySteps }) };
  return saveCheckpoint(folders.checkpoints, { step: position.step, tensors, state }, options);
}

/** Weights overflow in the update that follows a loss which still was a number. */
function checkWeights(values: HostValues, step: number): void {
  const bad = Object.keys(values).find((name) => !allFinite(values[name]!));
  if (!bad) return;
  throw new DcganError(
    'diverged.not-finite',
    {
      happened: `Training diverged: ${bad} holds values at step ${step} that are no numbers.`,
      expected: 'The last checkpoint is from before that.',
      fix: 'Lower the learning rate, and train again.',
    },
    { data: { step } },
  );
}

function onlyAGenerator(path: string): DcganError {
  return new DcganError('checkpoint.generator-only', {
    happened: `${path} holds a generator alone: it makes images, but no training can go on from it.`,
    expected: 'Training goes on from what dcgan train saved itself, both networks and their optimizers.',
    fix: 'Move it to another place, or train from the start with --fresh, which removes it.',
  });
}

function checkTensors(tensors: NamedTensors, program: Program, path: string): void {
  for (const [name, shape] of Object.entries(program.variables)) {
    const found = tensors[name];
    if (found && elementCount(found.shape) === elementCount(shape)) continue;
    throw new DcganError('checkpoint.mismatch', {
      happened: `${path} has ${found ? `[${found.shape.join(', ')}]` : 'nothing'} for ${name}.`,
      expected: `This config needs [${shape.join(', ')}].`,
      fix: 'Use the config that the checkpoint was made with, or train with --fresh.',
    });
  }
}
