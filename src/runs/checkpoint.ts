// The checkpoints of a run: one folder per step, and the pointer files `latest` and `best`, which each name one of them.
import type { Dirent } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DcganError, messageOf } from '../errors.ts';
import { codeOf } from '../system/error-reasons.ts';
import { partialPrefix } from '../system/partial.ts';
import { readRegularText } from '../system/read-file.ts';
import { makeFolder, writeFileAtomic, writingTo } from '../system/write-file.ts';
import {
  type Checkpoint,
  type CheckpointState,
  isRefusal,
  readCheckpointState,
  readStepFolder,
  removeStepFolder,
  stateFile,
  stepFolderName,
  unreadable,
  writeStepFolder,
} from './step-folder.ts';

/** Which checkpoint of a run to load; a number is a step. */
export type CheckpointChoice = 'latest' | 'best' | number;

interface Refused {
  path: string;
  reason: string;
}

export interface LoadedCheckpoint extends Checkpoint {
  path: string;
  /** Damaged checkpoints that were skipped. */
  refused: Refused[];
}

/**
 * Saves a checkpoint as the latest one and removes those no longer needed. Kept are the latest, the newest intact one before
 * it, the best (until there is one, the step `start`) and every step that `keepEvery` divides.
 * @param options `confirm` is called before each change, and throws if another process has taken the run over
 * @returns the path of the step's folder
 * @throws DcganError `usage.cannot-write`, with all earlier checkpoints intact
 */
export async function saveCheckpoint(
  directory: string,
  checkpoint: Checkpoint,
  options: { keepEvery?: number; best?: boolean; start?: number; confirm?: () => Promise<void> } = {},
): Promise<string> {
  const { confirm = async () => undefined } = options;
  const name = stepFolderName(checkpoint.step);
  await confirm();
  await makeFolder(directory);
  await removePartial(directory);
  await writeStepFolder(join(directory, name), checkpoint, confirm);
  await confirm();
  await writeFileAtomic(join(directory, 'latest'), `${name}\n`);
  if (options.best) await writeFileAtomic(join(directory, 'best'), `${name}\n`);
  await confirm();
  await prune(directory, checkpoint.step, options);
  return join(directory, name);
}

/**
 * Loads a checkpoint from a run folder, or from one step's folder. If the latest one is damaged, the newest intact one before
 * it is loaded and the damaged ones are listed in `refused`.
 * @throws DcganError `checkpoint.missing`, `checkpoint.damaged` (none is intact), `checkpoint.unreadable` (for example without
 * permission; an older one does not replace it)
 */
export async function loadCheckpoint(directory: string, which: CheckpointChoice): Promise<LoadedCheckpoint> {
  if (await isStepFolder(directory)) return loadStepFolder(directory, which);
  const steps = await listCheckpoints(directory);
  if (steps.length === 0) throw missing(`There is no checkpoint in ${directory}.`, directory);
  if (which === 'latest') return loadFirstIntact(directory, await latestFirst(directory, steps));
  const step = which === 'best' ? await readPointer(directory, 'best') : which;
  if (step === undefined) throw missing(`No checkpoint in ${directory} is marked as the best.`, directory, steps);
  if (!steps.includes(step)) throw missing(`There is no checkpoint of step ${step} in ${directory}.`, directory, steps);
  return loadFirstIntact(directory, [step]);
}

/** State of the latest checkpoint whose state file is intact, without its weights. */
export async function readLatestState(directory: string): Promise<CheckpointState | undefined> {
  const steps = await listCheckpoints(directory);
  for (const step of steps.length > 0 ? await latestFirst(directory, steps) : []) {
    const state = await readCheckpointState(join(directory, stepFolderName(step))).catch(() => undefined);
    if (state) return state;
  }
  return undefined;
}

/** Path of the checkpoint that `best` names, if it exists. */
export async function bestCheckpoint(directory: string): Promise<string | undefined> {
  const step = await readPointer(directory, 'best');
  if (step === undefined || !(await listCheckpoints(directory)).includes(step)) return undefined;
  return join(directory, stepFolderName(step));
}

async function loadStepFolder(path: string, which: CheckpointChoice): Promise<LoadedCheckpoint> {
  const checkpoint = await readStepFolder(path);
  if (which === 'latest' || which === checkpoint.step) return { ...checkpoint, path, refused: [] };
  const happened = `${path} is one checkpoint, that of step ${checkpoint.step}; ${which === 'best' ? 'which is the best' : `step ${which}`} is asked of its run.`;
  throw new DcganError('checkpoint.missing', { happened, fix: `Name ${dirname(path)}` }, { data: { path } });
}

/** The steps that a run folder has checkpoints of, ascending; none if it does not exist. @throws DcganError `checkpoint.unreadable` */
export async function listCheckpoints(directory: string): Promise<number[]> {
  const names = (await entriesOf(directory)).filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return names
    .map(Number)
    .filter((step, i) => stepFolderName(step) === names[i])
    .sort((a, b) => a - b);
}

/** Whether a folder is a run folder with checkpoints, or one step's folder. @throws DcganError `checkpoint.unreadable` */
export async function hasCheckpoint(directory: string): Promise<boolean> {
  return (await isStepFolder(directory)) || (await listCheckpoints(directory)).length > 0;
}

/** Whether a folder is one step's checkpoint. @throws DcganError `checkpoint.unreadable` */
export async function isStepFolder(directory: string): Promise<boolean> {
  return (await entriesOf(directory)).some(({ name }) => name === stateFile);
}

/** The entries of a folder; none if it does not exist. @throws DcganError `checkpoint.unreadable` */
export async function entriesOf(directory: string): Promise<Dirent[]> {
  try {
    return await readdir(directory, { withFileTypes: true });
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG'].includes(codeOf(error) ?? 'ENOENT')) return [];
    throw unreadable(directory, error);
  }
}

const maxPointerBytes = 100;

/** The step that `latest` or `best` names; undefined if the file is missing or not a step's name. */
async function readPointer(directory: string, pointer: 'latest' | 'best'): Promise<number | undefined> {
  const path = join(directory, pointer);
  const text = await readRegularText(path, maxPointerBytes).catch((error: unknown) => {
    if (isRefusal(error)) throw unreadable(path, error);
    return '';
  });
  const name = text.trim();
  return stepFolderName(Number(name)) === name ? Number(name) : undefined;
}

/** The step that `latest` names, or else the highest. */
export async function latestStep(directory: string): Promise<number | undefined> {
  return (await readPointer(directory, 'latest')) ?? (await listCheckpoints(directory)).at(-1);
}

/** The latest step, then earlier ones, newest first; last, later steps from before a rollback. */
async function latestFirst(directory: string, steps: readonly number[]): Promise<number[]> {
  const latest = (await readPointer(directory, 'latest')) ?? steps.at(-1)!;
  return [latest, ...steps.filter((step) => step < latest).reverse(), ...steps.filter((step) => step > latest)];
}

async function loadFirstIntact(directory: string, steps: readonly number[]): Promise<LoadedCheckpoint> {
  const refused: Refused[] = [];
  for (const step of steps) {
    const path = join(directory, stepFolderName(step));
    try {
      return { ...(await readStep(directory, step)), path, refused };
    } catch (error) {
      if (isUnreadable(error)) throw error;
      refused.push({ path, reason: messageOf(error) });
    }
  }
  const happened = `No sound checkpoint is left in ${directory}:\n${refused.map(({ reason }) => reason).join('\n')}`;
  throw new DcganError('checkpoint.damaged', { happened, fix: 'Restore it from a copy.' }, { data: { refused } });
}

async function readStep(directory: string, step: number): Promise<Checkpoint> {
  const path = join(directory, stepFolderName(step));
  const checkpoint = await readStepFolder(path);
  if (checkpoint.step === step) return checkpoint;
  const happened = `${path} does not match its name: it holds step ${checkpoint.step}.`;
  throw new DcganError('checkpoint.damaged', { happened }, { data: { path, step: checkpoint.step } });
}

async function prune(
  directory: string,
  latest: number,
  { keepEvery, start }: { keepEvery?: number; start?: number },
): Promise<void> {
  const best = (await readPointer(directory, 'best')) ?? start;
  const steps = await listCheckpoints(directory);
  const spare = steps.filter((step) => step !== latest && step !== best && !(keepEvery && step % keepEvery === 0));
  if (spare.length === 0) return;
  const before = await newestIntact(directory, steps.filter((step) => step < latest).reverse());
  if (before === 'unknown') return;
  for (const step of spare.filter((step) => step !== before))
    await removeStepFolder(join(directory, stepFolderName(step)));
}

/** `unknown` if one cannot be read that may be intact. */
async function newestIntact(directory: string, steps: readonly number[]): Promise<number | undefined | 'unknown'> {
  for (const step of steps) {
    try {
      await readStep(directory, step);
      return step;
    } catch (error) {
      if (isUnreadable(error)) return 'unknown';
    }
  }
  return undefined;
}

function isUnreadable(error: unknown): boolean {
  return error instanceof DcganError && error.code === 'checkpoint.unreadable';
}

/** Removes what an interrupted save left behind. The run's lock is held, so that no other process is saving. */
async function removePartial(directory: string): Promise<void> {
  await writingTo(directory, async () => {
    const names = (await readdir(directory)).filter((name) => name.startsWith(partialPrefix));
    for (const name of names) await rm(join(directory, name), { recursive: true, force: true });
  });
}

function missing(happened: string, directory: string, steps: readonly number[] = []): DcganError {
  const expected =
    steps.length > 0 ? `There are steps ${steps.join(', ')}.` : 'A run saves its first one while it trains.';
  return new DcganError('checkpoint.missing', { happened, expected }, { data: { directory, steps } });
}
