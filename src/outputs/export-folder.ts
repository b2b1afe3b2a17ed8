// Where an export goes: written beside its place and renamed, so that it is whole or not there. It replaces an earlier export;
// other files are left alone.
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, extname, join, relative, resolve } from 'node:path';
import { DcganError } from '../errors.ts';
import { partialPath } from '../system/partial.ts';
import { makeFolder, writingTo } from '../system/write-file.ts';
import { writeJson } from './run-folder.ts';

/** Names the files of an export, so that a later one knows what may go. */
const descriptionFile = 'export.json';

interface Written {
  /** In the folder, or the one file that `out` names. */
  files: string[];
  bytes: number;
}

/**
 * Lets `write` fill an empty folder, and puts it at `out`, with an export.json that says what it is. Where `write` makes one
 * file and `out` has its extension, `out` is that file.
 * @param force replaces a file, and writes among the other files of a folder
 * @throws DcganError `usage.in-the-way`, `usage.several-files`, `usage.cannot-write`
 */
export async function writeExport(
  out: string,
  { description, force }: { description: Record<string, unknown>; force: boolean },
  write: (folder: string) => Promise<string[]>,
): Promise<Written> {
  const place = resolve(out);
  const there = await whatIsAt(place);
  if (!force && (there === 'file' || there === 'folder')) throw inTheWay(out, there);
  const partial = partialPath(place);
  await makeFolder(dirname(place));
  try {
    await writingTo(out, () => mkdir(partial));
    const files = await write(partial);
    const bytes = await totalBytes(partial, files);
    if (files.length === 1 && extname(files[0]!) === extname(out)) {
      await writingTo(out, () => putAt(place, join(partial, files[0]!), there));
      return { files: [out], bytes };
    }
    if (files.some((file) => extname(file) !== '' && extname(file) === extname(out))) throw severalFiles(out, files);
    await writeJson(join(partial, descriptionFile), { ...description, files });
    await writingTo(out, () => putAt(place, partial, there, [...files, descriptionFile]));
    return { files, bytes };
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

type Found = 'nothing' | 'file' | 'export' | 'folder';

/** An empty folder may be replaced as an earlier export may; a folder with more files than its export's may not. */
async function whatIsAt(place: string): Promise<Found> {
  const found = await stat(place).catch(() => undefined);
  if (!found?.isDirectory()) return found ? 'file' : 'nothing';
  const written = new Set((await exportedFiles(place)).map((file) => join(place, file)));
  if (written.size === 0) return (await readdir(place)).length === 0 ? 'export' : 'folder';
  const entries = await readdir(place, { recursive: true, withFileTypes: true });
  const present = entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
  return present.every((path) => written.has(path)) ? 'export' : 'folder';
}

async function exportedFiles(folder: string): Promise<string[]> {
  try {
    const { files } = JSON.parse(await readFile(join(folder, descriptionFile), 'utf8')) as { files: unknown[] };
    const within = files.map(String).filter((file) => !relative('.', file).startsWith('..'));
    return [...within, descriptionFile];
  } catch {
    return []; // it is no export
  }
}

/** Moves a file, or a folder with these files, to its place. */
async function putAt(place: string, path: string, there: Found, files: readonly string[] = []): Promise<void> {
  if (there === 'folder' && files.length > 0) return putAmong(place, path, files);
  if (there !== 'export' && !(there === 'file' && files.length > 0)) return rename(path, place);
  const aside = partialPath(place); // a folder cannot be renamed over another thing
  await rename(place, aside);
  try {
    await rename(path, place);
  } catch (error) {
    await rename(aside, place);
    throw error;
  }
  await rm(aside, { recursive: true, force: true });
}

async function putAmong(place: string, folder: string, files: readonly string[]): Promise<void> {
  for (const file of await exportedFiles(place)) await rm(join(place, file), { force: true });
  for (const file of files) {
    await mkdir(dirname(join(place, file)), { recursive: true });
    await rename(join(folder, file), join(place, file));
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

function inTheWay(out: string, there: 'file' | 'folder'): DcganError {
  const [what, fix] =
    there === 'file'
      ? ['', 'replace it with --force']
      : [', with files that are no export', 'write among them with --force'];
  return new DcganError('usage.in-the-way', {
    happened: `${out} is there already${what}.`,
    fix: `Name another place, or ${fix}.`,
  });
}
