// Refuses a folder with too many files that cannot be decoded, and lists them.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { DcganError, printable } from '../../errors.ts';
import { cachePath } from '../../system/user-cache.ts';
import type { ImageFile } from './files.ts';

const maxNamed = 5;
const usualLimit = 0.05;

/** @throws DcganError `data.unreadable` if more than the limit were skipped, or all */
export function checkDamaged(
  { directory, damagedLimit: limit = usualLimit }: { directory: string; damagedLimit?: number },
  files: readonly ImageFile[],
  skipped: readonly { index: number; reason: string }[],
): void {
  if (skipped.length <= limit * files.length && skipped.length < files.length) return;
  const all = skipped.map(({ index, reason }) => ({ file: files[index]!.path, reason }));
  const listed = all.slice(0, maxNamed).map(({ file, reason }) => `  ${printable(file)}: ${reason}`);
  const list = all.length > maxNamed ? writeList(directory, all) : undefined;
  const more =
    all.length > maxNamed ? [`  and ${all.length - maxNamed} more${list ? `, all listed in ${list}` : ''}`] : [];
  const share = all.length / files.length;
  const locked = all.filter(({ reason }) => /^(EACCES|EPERM)\b/.test(reason)).length;
  throw new DcganError(
    'data.unreadable',
    {
      happened: `${all.length} of the ${files.length} images in ${directory} cannot be read:\n${[...listed, ...more].join('\n')}`,
      expected: `Up to ${percent(limit)} % are skipped; more than that suggests a problem with the folder.`,
      fix:
        locked === all.length ? `Give yourself permission to read them: chmod -R u+rX ${directory}` : otherwise(share),
    },
    { data: { directory, files: files.length, unreadable: all.length, skipped: all, ...(list && { list }) } },
  );
}

function otherwise(share: number): string {
  const enough =
    share < 1 ? `, or train without them: --set data.damagedLimit=${Math.min(1, Math.ceil(100 * share) / 100)}` : '';
  return `Fetch these files again or remove them${enough}.`;
}

function percent(share: number): number {
  return Number((100 * share).toPrecision(3));
}

/** Writes one line per file, with its name and reason. @returns its path; undefined if the cache cannot be written */
function writeList(directory: string, all: readonly { file: string; reason: string }[]): string | undefined {
  const name = createHash('sha256').update(directory).digest('hex').slice(0, 12);
  const path = cachePath('images', 'damaged', `${name}.txt`);
  try {
    mkdirSync(cachePath('images', 'damaged'), { recursive: true });
    writeFileSync(path, all.map(({ file, reason }) => `${printable(file)}\t${reason}\n`).join(''));
    return path;
  } catch {
    return undefined;
  }
}
