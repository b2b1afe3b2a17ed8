// dcgan export: a checkpoint's generator in a format that other programs open. Written beside its place, then renamed.
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { suggest } from '../config/complaints.ts';
import { DcganError } from '../errors.ts';
import type { ExportFormat, ExportSource } from '../exports/format.ts';
import { formats } from '../exports/formats.ts';
import { writeJson } from '../outputs/run-folder.ts';
import { makeFolder, partialPrefix, writingTo } from '../outputs/write-file.ts';
import { openGenerator } from './open-generator.ts';

export interface ExportOptions {
  checkpoint: string;
  format: string;
  /** A folder, or a file for a format that writes one file. */
  out: string;
  step?: number;
  best?: boolean;
  /** Replaces whatever is in the way. */
  force?: boolean;
  root: string;
}

export interface ExportResult {
  format: string;
  /** The folder or the file. */
  out: string;
  /** Files in the folder, or the file alone. */
  files: string[];
  bytes: number;
  runHash: string;
  step: number;
}

/** Names the files of an export, so that a later one may take its place. */
const description = 'export.json';

/**
 * @throws DcganError `usage.unknown-format`, `usage.in-the-way`, `usage.cannot-write`, and what opening a checkpoint throws
 */
export async function exportGenerator(options: ExportOptions): Promise<ExportResult> {
  const write = await formatCalled(options.format);
  const out = resolve(options.out);
  if (!options.force) await refuseToReplace(out, options.out);
  const which = options.best ? 'best' : (options.step ?? 'latest');
  const { generator, label: name, ...opened } = await openGenerator(options.checkpoint, { root: options.root, which });
  const { step, runHash, dataFingerprint } = opened;
  const source: ExportSource = { generator, name, step, runHash, dataFingerprint };
  const partial = join(dirname(out), `${partialPrefix}${basename(out)}-${randomUUID().slice(0, 8)}`);
  await makeFolder(dirname(out));
  try {
    await writingTo(options.out, () => mkdir(partial));
    const files = await write(source, partial);
    const bytes = await totalBytes(partial, files);
    const result = { format: options.format, out: options.out, bytes, runHash, step };
    if (isOneFile(files, out)) {
      await writingTo(options.out, () => putInPlace(join(partial, files[0]!), out));
      return { ...result, files: [options.out] };
    }
    await writeJson(join(partial, description), { format: options.format, name, runHash, step, files });
    await writingTo(options.out, () => putInPlace(partial, out));
    return { ...result, files };
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

function formatCalled(name: string): Promise<ExportFormat> {
  const known = Object.keys(formats);
  if (known.includes(name)) return formats[name]!();
  throw new DcganError('usage.unknown-format', {
    happened: `There is no export format ${JSON.stringify(name)}${suggest(name, known)}.`,
    expected: `There are: ${known.join(', ')}.`,
  });
}

/** `--out model.onnx` is the file itself where a format writes one file of that kind. */
function isOneFile(files: readonly string[], out: string): boolean {
  return files.length === 1 && extname(files[0]!) === extname(out);
}

/** What is there already may go only if it is an earlier export with nothing added to it, or an empty folder. */
async function refuseToReplace(out: string, shown: string): Promise<void> {
  const found = await stat(out).catch(() => undefined);
  if (!found || (found.isDirectory() && (await isExport(out)))) return;
  throw new DcganError('usage.in-the-way', {
    happened: `${shown} is there already${found.isDirectory() ? ', and it is no export, or has other files too' : ''}.`,
    fix: 'Name another place, or replace it with --force.',
  });
}

async function isExport(folder: string): Promise<boolean> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const present = entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
  if (present.length === 0) return true;
  const text = await readFile(join(folder, description), 'utf8').catch(() => '{}');
  const { files } = JSON.parse(text) as { files?: unknown };
  if (!Array.isArray(files)) return false;
  const written = new Set([description, ...files].map((file) => join(folder, String(file))));
  return present.every((path) => written.has(path));
}

async function totalBytes(folder: string, files: readonly string[]): Promise<number> {
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(folder, file))).size));
  return sizes.reduce((total, size) => total + size, 0);
}

/** A folder cannot be renamed over a full one, so what is there steps aside first. */
async function putInPlace(path: string, place: string): Promise<void> {
  const aside = join(dirname(place), `${partialPrefix}${basename(place)}-${randomUUID().slice(0, 8)}`);
  const wasThere = await rename(place, aside).then(
    () => true,
    () => false,
  );
  try {
    await rename(path, place);
  } catch (error) {
    if (wasThere) await rename(aside, place);
    throw error;
  }
  await rm(aside, { recursive: true, force: true });
}
