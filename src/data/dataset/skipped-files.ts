// Describes the files of a folder that are not trained on.
import { printable } from '../../errors.ts';
import { adviceFor } from '../decode/image-formats.ts';

/** The contents of a folder or ZIP file besides readable images. */
export interface OtherFiles {
  /** Number of files by extension. */
  others: ReadonlyMap<string, number>;
  /** Folders that dcgan wrote, relative to the listed folder. */
  runFolders: readonly string[];
  /** ZIP files that cannot be read, and why. */
  damagedArchives: readonly { file: string; reason: string }[];
}

const maxNamed = 5;

/** "9 .heic (convert them: ...), 2 .txt, 1 without extension": the most frequent first. */
export function describeOthers(others: ReadonlyMap<string, number>): string {
  const kinds = [...others].sort((a, b) => b[1] - a[1]);
  const named = kinds.slice(0, maxNamed).map(([extension, count]) => {
    const advice = adviceFor(extension);
    return `${count} ${printable(extension) || 'without extension'}${advice ? ` (${advice})` : ''}`;
  });
  const more = kinds.slice(maxNamed).reduce((sum, [, count]) => sum + count, 0);
  return [...named, ...(more > 0 ? [`${more} others`] : [])].join(', ');
}

/** Up to five names, and the number of others. */
export function nameSome(names: readonly string[], total = names.length): string {
  const named = names.slice(0, maxNamed).map(printable).join(', ');
  return total > maxNamed ? `${named} and ${total - maxNamed} more` : named;
}

export function describeSkipped({ others, runFolders, damagedArchives }: OtherFiles): string[] {
  const count = [...others.values()].reduce((sum, number) => sum + number, 0);
  const notes: string[] = [];
  if (count > 0) notes.push(`Skipped ${count} ${count === 1 ? 'file' : 'files'}: ${describeOthers(others)}.`);
  if (runFolders.length > 0)
    notes.push(
      `Skipped ${runFolders.length === 1 ? 'a folder' : `${runFolders.length} folders`} that dcgan wrote: ${nameSome(runFolders)}.`,
    );
  for (const { file, reason } of damagedArchives) notes.push(`Skipped ${printable(file)}: ${reason}.`);
  return notes;
}
