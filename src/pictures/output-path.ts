// Checks where a picture may be written: to a new file, or over a picture that dcgan has drawn.
import { lstat, realpath, stat } from 'node:fs/promises';
import { DcganError } from '../errors.ts';
import { refuseAmongCheckpoints, runOfPicture } from '../runs/run-files.ts';
import { codeOf } from '../system/error-reasons.ts';
import { kindOf } from '../system/read-file.ts';
import { checkWritable, writingTo } from '../system/write-file.ts';
import { isMarked } from './picture-mark.ts';

/**
 * The path to write to, checked before the work. If `out` is a link, its target is replaced.
 * @param force replaces any file, but never a folder, a device or a dangling link
 * @throws DcganError `usage.in-the-way`, `usage.cannot-write`
 */
export async function resolveOutputPath(
  out: string,
  { force = false }: { force?: boolean | undefined },
): Promise<string> {
  const entry = await writingTo(out, () => lstat(out).catch(undefinedIfMissing));
  const path = entry?.isSymbolicLink() ? await followLink(out) : out;
  await checkWritable(path);
  await refuseAmongCheckpoints(path);
  if (!entry) return path;
  const found = await stat(path);
  if (!found.isFile()) throw inTheWay(`${out} is ${kindOf(found)}.`, 'Name a file.');
  const run = runOfPicture(await realpath(path));
  if (!force && run) throw inTheWay(`${out} was drawn by run ${run} while it trained.`, anotherOrForce);
  if (force || (await isMarked(path))) return path;
  throw inTheWay(`${out} already exists, and was not drawn by dcgan.`, anotherOrForce);
}

const anotherOrForce = 'Name another file, or replace it with --force.';

/** Checks that a file in a folder may be replaced; links are refused. @throws DcganError as `resolveOutputPath` does */
export async function checkReplaceable(path: string, options: { force?: boolean | undefined }): Promise<void> {
  if ((await lstat(path)).isSymbolicLink()) throw inTheWay(`${path} is a link.`, 'Remove it, or name another folder.');
  await resolveOutputPath(path, options);
}

async function followLink(out: string): Promise<string> {
  try {
    return await realpath(out);
  } catch (error) {
    throw inTheWay(`${out} is a link that leads to no file (${codeOf(error)}).`, 'Remove it, or name another file.');
  }
}

function undefinedIfMissing(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}

function inTheWay(happened: string, fix: string): DcganError {
  return new DcganError('usage.in-the-way', { happened, fix });
}
