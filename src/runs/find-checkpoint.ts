// Finds a folder of checkpoints by what a user types: a path, a folder's name, or the start of a run hash.
import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { closest, distance } from 'fastest-levenshtein';
import { isRunName } from '../config/identity/run-hash.ts';
import { DcganError } from '../errors.ts';
import { entriesOf, hasCheckpoint, latestStep, listCheckpoints } from './checkpoint.ts';
import { mistakenCheckpoint } from './mistaken-checkpoint.ts';

interface FoundCheckpoint {
  /** A run folder with step folders, or one step's folder; `loadCheckpoint` takes both. */
  directory: string;
  /** For messages and file names. */
  label: string;
  /** The run hash, if the folder is named by one. */
  run?: string;
}

interface SearchRoots {
  root: string;
  packageDirectory: string;
}

/**
 * Finds a checkpoint: as a path, then in `<root>/checkpoints/`, then in `<packageDirectory>/checkpoints/`, by a folder's name
 * or the first two or more characters of a run hash.
 * @throws DcganError `checkpoint.unknown` with the known names, `checkpoint.ambiguous` with the hashes that match,
 * `checkpoint.not-a-folder`, `checkpoint.unreadable`
 */
export async function resolveCheckpoint(name: string, roots: SearchRoots): Promise<FoundCheckpoint> {
  if (await hasCheckpoint(resolve(name))) return found(resolve(name));
  for (const folder of foldersOf(roots)) {
    if (name !== '' && (await hasCheckpoint(join(folder, name)))) return found(join(folder, name));
    const matches = await hashesStartingWith(folder, name);
    if (matches.length > 1) throw ambiguous(name, matches);
    if (matches.length === 1) return found(join(folder, matches[0]!));
  }
  throw (await mistakenCheckpoint(name)) ?? unknown(name, await knownCheckpoints(roots));
}

/** The run under `root` that saved a checkpoint last. */
export async function newestRun(root: string): Promise<{ runHash: string; step: number } | undefined> {
  const folder = resolve(root, 'checkpoints');
  const hashes = (await checkpointNames(folder)).filter(isRunName);
  const saved = await Promise.all(hashes.map((hash) => stat(join(folder, hash, 'latest')).catch(() => undefined)));
  const ages = saved.map((file) => file?.mtimeMs ?? 0);
  const runHash = hashes[ages.indexOf(Math.max(...ages))];
  return runHash === undefined ? undefined : { runHash, step: (await latestStep(join(folder, runHash)))! };
}

/** Names of the folders in both `checkpoints` folders. */
export async function knownCheckpoints(roots: SearchRoots): Promise<string[]> {
  return [...new Set((await Promise.all(foldersOf(roots).map(checkpointNames))).flat())];
}

function foldersOf({ root, packageDirectory }: SearchRoots): string[] {
  return [...new Set([root, packageDirectory].map((place) => resolve(place, 'checkpoints')))];
}

const shortestPrefix = 2; // characters of a run hash

/** Names of the folders that hold checkpoints; an unreadable folder is included, instead of failing the search. */
async function checkpointNames(folder: string): Promise<string[]> {
  const entries = (await entriesOf(folder)).filter((entry) => !entry.isFile() && !entry.name.startsWith('.'));
  const names = entries.map((entry) => entry.name);
  const filled = await Promise.all(names.map((name) => hasCheckpoint(join(folder, name)).catch(() => true)));
  return names.filter((_, i) => filled[i]).sort();
}

async function hashesStartingWith(folder: string, start: string): Promise<string[]> {
  if (start.length < shortestPrefix) return [];
  return (await checkpointNames(folder)).filter((name) => isRunName(name) && name.startsWith(start));
}

/** A step's folder is labelled by its run and step, `15817e6/000768`. A run hash may be all digits, too. */
async function found(directory: string): Promise<FoundCheckpoint> {
  const name = basename(directory);
  const isStep = /^\d{6,}$/.test(name) && (await listCheckpoints(directory)).length === 0;
  const run = isStep ? basename(dirname(directory)) : name;
  return { directory, label: isStep ? `${run}/${name}` : name, ...(isRunName(run) && { run }) };
}

function ambiguous(name: string, matches: readonly string[]): DcganError {
  const happened = `${name} is the start of ${matches.length} run hashes: ${matches.join(', ')}.`;
  return new DcganError('checkpoint.ambiguous', { happened, fix: 'Type more of it.' }, { data: { name, matches } });
}

function unknown(name: string, unique: readonly string[]): DcganError {
  const nearest = unique.length > 0 ? closest(name, unique) : undefined;
  const isNear = nearest !== undefined && distance(name, nearest) <= Math.max(2, Math.floor(name.length / 3));
  const shown = unique.slice(0, 10).join(', ') + (unique.length > 10 ? ` and ${unique.length - 10} more` : '');
  const isShort =
    name !== '' && name.length < shortestPrefix && unique.some((known) => isRunName(known) && known.startsWith(name));
  const text = {
    happened: `There is no checkpoint called ${JSON.stringify(name)}, neither as a path nor in a checkpoints folder.`,
    expected: unique.length > 0 ? `There are: ${shown}.` : 'There are none yet; dcgan train creates them.',
    ...(isShort
      ? { fix: `Give at least ${shortestPrefix} characters of a run hash.` }
      : isNear
        ? { fix: `Did you mean ${nearest}?` }
        : {}),
  };
  return new DcganError('checkpoint.unknown', text, { data: { name, known: unique } });
}
