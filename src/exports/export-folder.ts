// Writes an export atomically to a folder or file, replacing an earlier export but no other files.
import { access, constants, lstat, mkdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, extname, join, resolve } from 'node:path';
import { DcganError } from '../errors.ts';
import { refuseAmongCheckpoints } from '../runs/run-files.ts';
import { writeJson } from '../runs/run-folder.ts';
import { codeOf } from '../system/error-reasons.ts';
import { removeAbandoned, replaceFolder, withPartial } from '../system/partial.ts';
import { kindOf } from '../system/read-file.ts';
import { makeFolder, writingTo } from '../system/write-file.ts';
import { contentOf, descriptionFile } from './exported-files.ts';

interface Written {
  /** In the folder, or `out` itself. */
  files: string[];
  bytes: number;
}

/** What exists at the destination. An export or empty folder is replaced; an export with other files is written among them. */
interface Found {
  kind: 'nothing' | 'file' | 'export' | 'mixed';
  /** Files of the earlier export. */
  exported: readonly string[];
  /** Files that are not part of it. */
  others: readonly string[];
}

/**
 * Calls `write` with an empty folder, adds an export.json and moves it to `out`. If `write` makes one file with `out`'s extension,
 * `out` becomes that file. If `out` is a link, its target is replaced.
 * @param force replaces a file by a file, and an export in a folder with other files; these are never changed
 * @throws DcganError `usage.in-the-way`, `usage.several-files`, `usage.cannot-write`
 */
export async function writeExport(
  out: string,
  { description, force }: { description: Record<string, unknown>; force: boolean },
  write: (folder: string) => Promise<string[]>,
): Promise<Written> {
  const target = await followLink(out);
  const there = await whatIsAt(target, out);
  checkForce(there, out, force);
  await refuseAmongCheckpoints(target);
  const isSwapped = await canSwap(target, there);
  const beside = isSwapped ? target : join(target, descriptionFile);
  await makeFolder(dirname(beside));
  return withPartial(beside, async (partial) => {
    await writingTo(out, () => mkdir(partial));
    const files = await write(partial);
    const bytes = await totalBytes(partial, files);
    if (files.length === 1 && extname(files[0]!) === extname(out)) {
      await writingTo(out, () => putFile(target, join(partial, files[0]!), there));
      return { files: [out], bytes };
    }
    if (files.some((file) => extname(file) !== '' && extname(file) === extname(out))) throw severalFiles(out, files);
    await writeJson(join(partial, descriptionFile), { ...description, files });
    await putFolder(target, partial, [...files, descriptionFile], { out, there, isSwapped });
    return { files, bytes };
  });
}

/** Whether a folder can be renamed; if not, as a container's volume or in a read-only parent, it stays and is filled. */
async function canSwap(target: string, { kind }: Found): Promise<boolean> {
  if (kind === 'nothing' || kind === 'file') return true;
  const parent = dirname(target);
  if ((await stat(target)).dev !== (await stat(parent)).dev) return false;
  return access(parent, constants.W_OK).then(
    () => true,
    () => false,
  );
}

async function followLink(out: string): Promise<string> {
  const there = await lstat(out).catch(() => undefined);
  if (!there?.isSymbolicLink()) return resolve(out);
  return realpath(out).catch((error: unknown) => {
    throw inTheWay(`${out} is a link that leads nowhere (${codeOf(error)}).`, 'Remove it, or name another place.');
  });
}

async function whatIsAt(target: string, out: string): Promise<Found> {
  const found = await stat(target).catch(() => undefined); // writing reports other errors
  if (!found) return { kind: 'nothing', exported: [], others: [] };
  if (found.isFile()) return { kind: 'file', exported: [], others: [] };
  if (!found.isDirectory()) throw inTheWay(`${out} is ${kindOf(found)}.`, 'Name a folder or a file.');
  removeAbandoned(target);
  const { isExport, exported, others } = await writingTo(out, () => contentOf(target));
  if (others.length === 0) return { kind: 'export', exported, others };
  if (isExport) return { kind: 'mixed', exported, others };
  throw inTheWay(
    `${out} already exists, with files that are not part of an export.`,
    `Name another place, or an empty folder: ${others[0]} is not part of an export, and --force does not change that.`,
  );
}

function checkForce({ kind, others }: Found, out: string, force: boolean): void {
  if (force || kind === 'nothing' || kind === 'export') return;
  if (kind === 'file') throw inTheWay(`${out} already exists.`, 'Name another place, or replace it with --force.');
  throw inTheWay(
    `${out} already exists, with files that are not part of an export.`,
    `Name another place, or write beside ${others[0]} with --force.`,
  );
}

async function putFile(target: string, path: string, { kind }: Found): Promise<void> {
  if (kind === 'export') await replaceFolder(target, path);
  else await rename(path, target);
}

/** Moves a folder with these files to its destination. */
async function putFolder(
  target: string,
  folder: string,
  files: readonly string[],
  { out, there, isSwapped }: { out: string; there: Found; isSwapped: boolean },
): Promise<void> {
  const taken = there.others.find((other) => files.some((file) => join(file) === other));
  if (there.kind === 'file')
    throw inTheWay(`${out} is a file, and this format writes a folder.`, 'Name another place.');
  if (taken !== undefined)
    throw inTheWay(`${join(out, taken)} is not part of an export.`, 'Move it, or name another place.');
  await writingTo(out, async () => {
    if (there.kind === 'nothing' || (there.kind === 'export' && isSwapped)) await replaceFolder(target, folder);
    else await putAmong(target, folder, files, there);
  });
}

async function putAmong(target: string, folder: string, files: readonly string[], { exported }: Found): Promise<void> {
  for (const file of exported) await rm(join(target, file), { force: true });
  for (const file of files) {
    await mkdir(dirname(join(target, file)), { recursive: true });
    await rename(join(folder, file), join(target, file));
  }
}

async function totalBytes(folder: string, files: readonly string[]): Promise<number> {
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(folder, file))).size));
  return sizes.reduce((total, size) => total + size, 0);
}

function severalFiles(out: string, files: readonly string[]): DcganError {
  return new DcganError('usage.several-files', {
    happened: `${out} would be one file, but this format writes ${files.join(', ')}.`,
    fix: `Name a folder for them: --out ${out.slice(0, -extname(out).length)}`,
  });
}

function inTheWay(happened: string, fix: string): DcganError {
  return new DcganError('usage.in-the-way', { happened, fix });
}
