// Writes a dataset folder atomically, with a README.txt by which it is recognised later.
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { DcganError } from '../../errors.ts';
import { removeAbandoned, replaceFolder, withPartial } from '../../system/partial.ts';

/** `skipped`: the dataset already existed. */
export interface PreparedData {
  directory: string;
  images: number;
  skipped: boolean;
}

/** Where to write a dataset. */
export interface PreparePlace {
  root: string;
  /** @default a folder in `<root>/data` */
  directory?: string;
  /** Replaces a folder that was prepared earlier. */
  force: boolean;
}

interface Preparation {
  directory: string;
  /** Source and options. The first line names the command that made the folder. */
  readme: string;
  force: boolean;
  /** Whether `build` can write an image of this path, with '/' separators. */
  isImage: (path: string) => boolean;
  /** Fills the folder. @returns the number of images */
  build: (folder: string) => Promise<number>;
}

/**
 * Builds a folder, unless it exists with the same README.txt.
 * @throws DcganError `data.prepared-differently` if it was prepared with other options, unless `force` is set;
 * `data.not-prepared` if it has files that were not prepared; `data.not-writable`
 */
export async function prepareFolder({ directory, readme, force, isImage, build }: Preparation): Promise<PreparedData> {
  const existing = existingReadme(directory);
  if (existing !== undefined && !existing.startsWith(firstLine(readme))) throw notPrepared(directory);
  if (existing !== undefined && force) refuseOthers(directory, existing, isImage);
  if (existing !== undefined && !force) {
    if (!existing.startsWith(readme)) throw preparedDifferently(directory, existing);
    return { directory, images: Number(/^Images: (\d+)$/m.exec(existing)?.[1]), skipped: true };
  }
  try {
    return await withPartial(directory, async (partial) => {
      mkdirSync(partial, { recursive: true });
      removeAbandoned(dirname(directory));
      const images = await build(partial);
      writeFileSync(join(partial, 'README.txt'), `${readme}Images: ${images}\n`);
      await replaceFolder(directory, partial);
      return { directory, images, skipped: false };
    });
  } catch (error) {
    throw error instanceof Error && 'syscall' in error ? notWritable(directory, error) : error;
  }
}

/** Refuses a folder with files that the preparation did not write. @throws DcganError `data.not-prepared` */
function refuseOthers(directory: string, existing: string, isImage: (path: string) => boolean): void {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
    .filter((path) => path !== 'README.txt');
  const prepared = Number(/^Images: (\d+)$/m.exec(existing)?.[1] ?? paths.length);
  const foreign = paths.filter((path) => !isImage(path));
  const count = Math.max(foreign.length, paths.length - prepared);
  if (count <= 0) return;
  const others = (foreign.length > 0 ? foreign : paths).map((path) => join(directory, path));
  const newest = others.map((path) => ({ path, ms: lstatSync(path).mtimeMs })).sort((a, b) => b.ms - a.ms)[0]!;
  throw new DcganError('data.not-prepared', {
    happened: `${directory} holds ${count} ${count === 1 ? 'file' : 'files'} besides the ${prepared} images that were prepared; ${newest.path} is the newest.`,
    expected: 'Preparing a folder again replaces all of it.',
    fix: 'Move your own files elsewhere, and run this again.',
  });
}

/** The README.txt of an existing folder, '' if it has none; undefined if the folder is missing or empty. */
function existingReadme(directory: string): string | undefined {
  if (!existsSync(directory)) return undefined;
  try {
    return readdirSync(directory).length === 0 ? undefined : readFileSync(join(directory, 'README.txt'), 'utf8');
  } catch {
    return '';
  }
}

function firstLine(text: string): string {
  return text.slice(0, text.indexOf('\n') + 1);
}

function notPrepared(directory: string): DcganError {
  return new DcganError('data.not-prepared', {
    happened: `${directory} already exists, and was not created by this command.`,
    fix: 'Move it away or remove it, and run this again, or choose another place with --out.',
  });
}

function preparedDifferently(directory: string, existing: string): DcganError {
  return new DcganError('data.prepared-differently', {
    happened: `${directory} was prepared with other options:\n${existing.trim()}`,
    fix: 'Add --force to replace it, or --out DIR to put the new selection elsewhere.',
  });
}

function notWritable(directory: string, error: Error): DcganError {
  const happened = `${directory} cannot be written: ${error.message}.`;
  const fix = `Make ${dirname(directory)} writable, make room on its disk, or choose another place with --out.`;
  return new DcganError('data.not-writable', { happened, fix }, { cause: error });
}
