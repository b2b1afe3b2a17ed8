// Distinguishes the files of an earlier export in a folder, listed in its export.json, from the user's own files.
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { z } from 'zod';
import { parseJson } from '../system/json.ts';
import { readRegularText } from '../system/read-file.ts';

/** Lists the files of an export, so that a later export can replace them. */
export const descriptionFile = 'export.json';

interface FolderContent {
  /** Whether the folder has a valid export.json. */
  isExport: boolean;
  /** Existing files of the export. */
  exported: string[];
  /** All other files; at most one name if the folder is not an export. */
  others: string[];
}

const description = z.object({ files: z.array(z.string().min(1)).max(10_000) });
const maxDescriptionBytes = 2 ** 20;

/** An export.json is untrusted: links, files behind them and files outside of the folder are not part of an export. */
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
    return description.parse(parseJson(await readRegularText(join(folder, descriptionFile), maxDescriptionBytes)));
  } catch {
    return undefined;
  }
}
