// Where a picture may be put that a person has named: into the place of nothing, or of a picture that this program has drawn.
import { lstat, realpath, stat } from 'node:fs/promises';
import { DcganError } from '../errors.ts';
import { refuseAmongCheckpoints, runOfPicture } from '../runs/run-files.ts';
import { kindOf } from '../system/read-file.ts';
import { codeOf } from '../system/reasons.ts';
import { checkWritable, writingTo } from '../system/write-file.ts';
import { isMarked } from './picture-mark.ts';

/**
 * The path to write to, before the work: a link stays a link, and the file that it leads to is replaced.
 * @param force replaces any file; never a folder, a device, or a link that leads to none
 * @throws DcganError `usage.in-the-way`, `usage.cannot-write`
 */
export async function findPlace(out: string, { force = false }: { force?: boolean | undefined }): Promise<string> {
  const there = await writingTo(out, () => lstat(out).catch(nothingIfMissing));
  const place = there?.isSymbolicLink() ? await followLink(out) : out;
  await checkWritable(place);
  await refuseAmongCheckpoints(place);
  if (!there) return place;
  const found = await stat(place);
  if (!found.isFile()) throw inTheWay(`${out} is ${kindOf(found)}.`, 'Name a file.');
  const run = runOfPicture(await realpath(place));
  if (!force && run) throw inTheWay(`${out} was drawn by run ${run} while it trained.`, anotherOrForce);
  if (force || (await isMarked(place))) return place;
  throw inTheWay(`${out} is there already, and is no picture that dcgan has drawn.`, anotherOrForce);
}

const anotherOrForce = 'Name another file, or replace it with --force.';

/** Whether a file of a folder may be replaced; there a link is not followed. @throws DcganError as `findPlace` does */
export async function checkReplaceable(path: string, options: { force?: boolean | undefined }): Promise<void> {
  if ((await lstat(path)).isSymbolicLink()) throw inTheWay(`${path} is a link.`, 'Remove it, or name another folder.');
  await findPlace(path, options);
}

async function followLink(out: string): Promise<string> {
  try {
    return await realpath(out);
  } catch (error) {
    throw inTheWay(`${out} is a link that leads to no file (${codeOf(error)}).`, 'Remove it, or name another file.');
  }
}

function nothingIfMissing(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}

function inTheWay(happened: string, fix: string): DcganError {
  return new DcganError('usage.in-the-way', { happened, fix });
}
