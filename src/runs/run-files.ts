// Recognises a run's own files, so that no other command writes into its checkpoints or over its pictures.
import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { isRunName } from '../config/identity/run-hash.ts';
import { DcganError } from '../errors.ts';
import { readLatestState } from './checkpoint.ts';

/**
 * Refuses a path in a run's checkpoints folder, where training deletes the folders of old steps.
 * @throws DcganError `usage.in-the-way`
 */
export async function refuseAmongCheckpoints(place: string): Promise<void> {
  for (let folder = await realFolderOf(resolve(place)); folder !== dirname(folder); folder = dirname(folder)) {
    if (!isRunName(basename(folder)) || !(await readLatestState(folder).catch(() => undefined))) continue;
    throw new DcganError('usage.in-the-way', {
      happened: `${place} is in the folder of a run's checkpoints, where training deletes old files.`,
      fix: 'Choose a path outside of it.',
    });
  }
}

/** Real path of the nearest existing folder above a path. */
function realFolderOf(path: string): Promise<string> {
  return realpath(dirname(path)).catch(() => realFolderOf(dirname(path)));
}

const ownPicture = /^(samples[\\/]\d{6,}|neighbours-\d+|reals|loss|evaluations|evolution)\.png$/;

/** The run that drew the picture at a path in its results folder; undefined for all other files. */
export function runOfPicture(path: string): string | undefined {
  const parent = dirname(resolve(path));
  const results = basename(parent) === 'samples' ? dirname(parent) : parent;
  const isRun = isRunName(basename(results)) && existsSync(join(results, 'config.json'));
  return isRun && ownPicture.test(relative(results, resolve(path))) ? basename(results) : undefined;
}
