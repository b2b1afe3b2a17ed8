// Says what of a folder is not trained on, in a sentence per kind.
import { printable } from '../../errors.ts';
import { adviceFor } from '../decode/image-formats.ts';

/** What a folder or ZIP file holds besides images that are read. */
export interface OtherFiles {
  /** How many files there are of each extension. */
  others: ReadonlyMap<string, number>;
  /** Folders that this program wrote, relative to the listed folder. */
  runFolders: readonly string[];
  /** ZIP files that cannot be read, and why. */
  damagedArchives: readonly { file: string; reason: string }[];
}

const mostNamed = 5;

/** "9 .heic (convert them: ...), 2 .txt, 1 without extension": the most frequent first. */
export function describeOthers(others: ReadonlyMap<string, number>): string {
  const kinds = [...others].sort((a, b) => b[1] - a[1]);
  const named = kinds.slice(0, mostNamed).map(([extension, count]) => {
    const advice = adviceFor(extension);
    return `${count} ${printable(extension) || 'without extension'}${advice ? ` (${advice})` : ''}`;
  });
  const more = kinds.slice(mostNamed).reduce((sum, [, count]) => sum + count, 0);
  return [...named, ...(more > 0 ? [`${more} others`] : [])].join(', ');
}

/** Up to five names, and how many more there are. */
export function nameSome(names: readonly string[], total = names.length): string {
  const named = names.slice(0, mostNamed).map(printable).join(', ');
  return total > mostNamed ? `${named} and ${total - mostNamed} more` : named;
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
