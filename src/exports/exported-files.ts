// What lies in a folder: the files of an export, as its export.json names them, and others, which are somebody's own.
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { z } from 'zod';
import { parseJson } from '../system/json.ts';
import { readRegularText } from '../system/read-file.ts';

/** Names the files of an export, so that a later one knows what may go. */
export const descriptionFile = 'export.json';

interface FolderContent {
  /** Whether an export was written here. */
  isExport: boolean;
  /** Its files that are there. */
  exported: string[];
  /** All else; of a folder that is no export one name at most. */
  others: string[];
}

const description = z.object({ files: z.array(z.string().min(1)).max(10_000) });
const mostDescriptionBytes = 2 ** 20;

/** Anybody can write an export.json: a link is never its file, nor is anything behind one or outside of the folder. */
export async function contentOf(folder: string): Promise<FolderContent> {
  const described = await readDescription(folder);
  if (!described) return { isExport: false, exported: [], others: (await readdir(folder)).sort().slice(0, 1) };
  const named = new Set([...described.files, descriptionFile].map((file) => join(folder, file)));
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }); // links are not followed
  const found = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => ({ path: join(entry.parentPath, entry.name), isFile: entry.isFile() }));
  const isOwn = ({ path, isFile }: { path: string; isFile: boolean }) => isFile && named.has(path);
  const within = ({ path }: { path: string }) => relative(folder, path);
  return {
    isExport: true,
    exported: found.filter(isOwn).map(within),
    others: found.filter((entry) => !isOwn(entry)).map(within),
  };
}

async function readDescription(folder: string): Promise<z.infer<typeof description> | undefined> {
  try {
    return description.parse(parseJson(await readRegularText(join(folder, descriptionFile), mostDescriptionBytes)));
  } catch {
    return undefined;
  }
}
