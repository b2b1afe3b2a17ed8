// Which image files a folder holds, nested folders and links included, in an order that is the same on every machine.
import type { Dirent, Stats } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { DcganError, messageOf } from '../errors.ts';

const imageExtensions = new Set(['.png', '.jpg', '.jpeg', '.webp', '.gif', '.avif']);
const statsAtOnce = 256;

/** One image file; `path` is relative to the listed folder, with '/' between its parts. A broken link has size -1. */
export interface ImageFile {
  path: string;
  sizeBytes: number;
  modifiedMs: number;
}

interface Found {
  images: string[];
  /** How many other files there are of each extension. */
  others: Map<string, number>;
}

/** The image files under `directory`, sorted by path. Hidden files and folders are passed over, and a folder reached twice is read once. */
export async function listImages(
  directory: string,
  onFound: (files: number) => void,
  signal?: AbortSignal,
): Promise<ImageFile[]> {
  await checkFolder(directory);
  const found: Found = { images: [], others: new Map() };
  await walk(directory, '', new Set(), found, signal);
  if (found.images.length === 0) throw withoutImages(directory, found.others);
  found.images.sort();
  const files: ImageFile[] = [];
  for (let first = 0; first < found.images.length; first += statsAtOnce) {
    signal?.throwIfAborted();
    const paths = found.images.slice(first, first + statsAtOnce);
    files.push(...(await Promise.all(paths.map((path) => describe(directory, path)))));
    onFound(files.length);
  }
  return files;
}

async function walk(
  root: string,
  folder: string,
  visited: Set<string>,
  found: Found,
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted();
  const real = await realpath(join(root, folder));
  if (visited.has(real)) return;
  visited.add(real);
  for (const entry of await entriesOf(join(root, folder))) {
    if (entry.name.startsWith('.') || entry.name === '__MACOSX') continue;
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    const kind = await kindOf(entry, join(root, path));
    if (kind === 'folder') await walk(root, path, visited, found, signal);
    else if (kind === 'file') sortOut(path, found);
  }
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    throw new DcganError(
      'data.unreadable-folder',
      {
        happened: `The folder ${folder} cannot be read: ${messageOf(error)}.`,
        fix: 'Give yourself permission to read it, or move it out of the image folder.',
      },
      { cause: error, data: { folder } },
    );
  }
}

/** What an entry is once links are followed. A broken link counts as a file, so that it is reported when it is read. */
async function kindOf(entry: Dirent, path: string): Promise<'file' | 'folder' | 'special'> {
  const target: Dirent | Stats | undefined = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry;
  if (target === undefined || target.isFile()) return 'file';
  return target.isDirectory() ? 'folder' : 'special';
}

function sortOut(path: string, found: Found): void {
  const extension = extname(path).toLowerCase();
  if (imageExtensions.has(extension)) found.images.push(path);
  else found.others.set(extension, (found.others.get(extension) ?? 0) + 1);
}

async function describe(directory: string, path: string): Promise<ImageFile> {
  const stats = await stat(join(directory, path)).catch(() => undefined);
  return { path, sizeBytes: stats?.size ?? -1, modifiedMs: stats?.mtimeMs ?? 0 };
}

async function checkFolder(directory: string): Promise<void> {
  const stats = await stat(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw new DcganError('data.unreadable-folder', { happened: `${directory} cannot be read: ${error.message}.` });
  });
  if (stats === undefined) throw missingFolder(directory);
  if (stats.isDirectory()) return;
  throw new DcganError('data.not-a-folder', {
    happened: `The image folder ${directory} is a file.`,
    expected: 'Training reads a folder of images, with any folders inside it.',
    fix: 'Name the folder that holds the images.',
  });
}

function missingFolder(directory: string): DcganError {
  const dataset = /(mnist|emoji|avatars)(?![\w-]*tiny)/i.exec(directory)?.[1]?.toLowerCase();
  return new DcganError(
    'data.missing-folder',
    {
      happened: `There is no image folder ${directory}.`,
      fix: dataset
        ? `Make it with: dcgan data prepare ${dataset}`
        : 'Check the path; one that does not start with / is looked for from the current folder.',
    },
    { data: { directory } },
  );
}

function withoutImages(directory: string, others: Map<string, number>): DcganError {
  const expected = 'Images are found by their extension: .png, .jpg, .jpeg, .webp, .gif or .avif.';
  const total = [...others.values()].reduce((sum, count) => sum + count, 0);
  if (total === 0) {
    return new DcganError('data.empty-folder', { happened: `The image folder ${directory} is empty.`, expected });
  }
  const most = [...others].sort((a, b) => b[1] - a[1]).slice(0, 5);
  const kinds = most.map(([extension, count]) => `${count} ${extension || 'without extension'}`).join(', ');
  return new DcganError(
    'data.no-images',
    { happened: `The image folder ${directory} holds no image among its ${total} files: ${kinds}.`, expected },
    { data: { directory, others: Object.fromEntries(most) } },
  );
}
