// A journal of the packed file being written, so that images decoded by a killed process are not lost.
import { closeSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { abandonedIn, partialPath } from '../../system/partial.ts';
import { completePacked, type FinishedFile, openPacked, stepsIn } from '../dataset/packed-file.ts';
import { createToneCounter } from './image-tones.ts';
import type { Levels } from './levels.ts';

/** First line of a journal. Names are relative to the folder above it. */
interface Header {
  /** The packed file being written. */
  partial: string;
  /** Its name when it is recovered. */
  final: string;
  imageBytes: number;
}

/** One line per file: with the checksum of its image, if it has been decoded, and the levels used to stretch it. */
interface Line {
  file: FinishedFile;
  checksum?: number;
  levels?: Levels;
}

export interface Journal {
  note(lines: readonly Line[]): void;
  /** Closes and removes the file. */
  close(): void;
}

/** Starts a journal in `folder`. Stops noting when the disk is full. */
export function startJournal(folder: string, header: Header): Journal {
  const path = partialPath(join(folder, 'journal'));
  const descriptor = openSync(path, 'wx');
  let isWriting = true;
  const write = (lines: readonly object[]) => {
    try {
      if (isWriting && lines.length > 0)
        writeSync(descriptor, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    } catch {
      isWriting = false; // the disk is full, so writing images will fail too
    }
  };
  write([header]);
  return {
    note: write,
    close() {
      closeSync(descriptor);
      rmSync(path, { force: true });
    },
  };
}

/** Turns the images decoded by killed processes, according to the journals in `folder`, into packed files for the next start. */
export function recoverDecoded(folder: string): void {
  for (const abandoned of abandonedIn(folder)) {
    const claimed = partialPath(abandoned); // one of several processes succeeds
    try {
      renameSync(abandoned, claimed);
      recover(dirname(folder), readFileSync(claimed, 'utf8'));
    } catch {
      // claimed by another process, or incomplete: those images are decoded again
    } finally {
      rmSync(claimed, { force: true });
    }
  }
}

function recover(folder: string, text: string): void {
  const [first, ...rest] = text.split('\n');
  const { partial, final, imageBytes } = JSON.parse(first!) as Header;
  const [partialFile, finalFile] = [partial, final].map((name) => join(folder, basename(name))) as [string, string];
  const lines = wholeLines(rest);
  const levels = lines.at(-1)?.levels;
  const images = lines.filter(({ checksum }) => checksum !== undefined);
  const done = new Set(images.map(({ file }) => file.key));
  const measured = lines.filter(({ file, checksum }) => checksum === undefined && !done.has(file.key));
  const unfinished = [...images, ...measured].map(({ file }) => file);
  if (stepsIn(unfinished) <= stepsLeftIn(finalFile, imageBytes)) return;
  const record = { fingerprint: '', count: images.length, imageBytes, skipped: [], allBytesRead: false, unfinished };
  const checksums = images.map(({ checksum }) => checksum!);
  completePacked(partialFile, checksums, { ...record, tones: createToneCounter().total, ...(levels && { levels }) });
  renameSync(partialFile, finalFile);
}

/** The lines before the first incomplete one. */
function wholeLines(texts: readonly string[]): Line[] {
  const lines: Line[] = [];
  for (const text of texts) {
    try {
      lines.push(JSON.parse(text) as Line);
    } catch {
      break;
    }
  }
  return lines;
}

function stepsLeftIn(path: string, imageBytes: number): number {
  const packed = openPacked(path, imageBytes);
  packed?.close();
  return stepsIn(packed?.record.unfinished ?? []);
}
