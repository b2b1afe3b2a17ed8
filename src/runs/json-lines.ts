// JSON Lines files of any length: appended line by line, read in chunks, truncated at the end.
import { constants, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { DcganError, messageOf } from '../errors.ts';
import { kindOf, openRegular, UnreadableFile } from '../system/read-file.ts';
import { writeStreamAtomic, writingTo } from '../system/write-file.ts';

const chunkBytes = 256 * 1024;
const newline = 0x0a;

/** Lines have some hundred bytes; longer ones are damage, and are skipped without holding them in memory. */
const maxLineBytes = 1024 * 1024;

/** Appends a line in one write, with non-finite numbers as null. @throws DcganError `usage.cannot-write` */
export async function appendJsonLine(path: string, record: object): Promise<void> {
  await writingTo(path, async () => {
    const file = await open(
      path,
      constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | (constants.O_NONBLOCK ?? 0),
    );
    try {
      checkRegular(path, await file.stat());
      const separator = (await endsInsideLine(file)) ? '\n' : '';
      await file.write(`${separator}${JSON.stringify(record)}\n`);
    } finally {
      await file.close();
    }
  });
}

/** Writing to a pipe would block as soon as it is full. */
function checkRegular(path: string, stats: Stats): void {
  if (stats.isFile()) return;
  throw new DcganError(
    'usage.cannot-write',
    {
      happened: `${path} cannot be written: it is ${kindOf(stats)}, not a file.`,
      expected: 'It is a log of this run, one JSON object per line.',
      fix: 'Move it elsewhere.',
    },
    { data: { path } },
  );
}

async function endsInsideLine(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return false;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] !== newline;
}

/**
 * Yields the non-empty lines of a file in chunks, from a byte offset at which a line begins. A missing file has no lines.
 * @throws DcganError `usage.cannot-read`
 */
export async function* readLines(path: string, fromByte = 0): AsyncGenerator<string[]> {
  const file = await openToRead(path);
  if (!file) return;
  try {
    let torn = Buffer.alloc(0); // the beginning of an incomplete line
    let isTooLong = false;
    const buffer = Buffer.alloc(chunkBytes);
    for (let at = fromByte; ; ) {
      const { bytesRead } = await readingFrom(path, () => file.read(buffer, 0, chunkBytes, at));
      at += bytesRead;
      const end = bytesRead === 0 ? -1 : buffer.subarray(0, bytesRead).lastIndexOf(newline);
      const whole = bytesRead === 0 ? torn : Buffer.concat([torn, buffer.subarray(0, Math.max(0, end))]);
      if (bytesRead === 0 || end >= 0) {
        const lines = whole.toString('utf8').split('\n');
        if (isTooLong) lines.shift();
        const filled = lines.filter((line) => line !== '' && line.length <= maxLineBytes);
        if (filled.length > 0) yield filled;
        [torn, isTooLong] = [Buffer.from(buffer.subarray(end + 1, bytesRead)), false];
      } else torn = Buffer.concat([torn, buffer.subarray(0, bytesRead)]);
      if (bytesRead === 0) return;
      if (torn.length > maxLineBytes) [torn, isTooLong] = [Buffer.alloc(0), true];
    }
  } finally {
    await file.close();
  }
}

/** Reading backwards from the end; `last` keeps a line and all before it. */
export type LineAction = 'drop' | 'keep' | 'last';

/**
 * Drops lines near the end of a file. Reads only the end if there is nothing to drop; otherwise copies the file in chunks and
 * replaces it atomically. @throws DcganError `usage.cannot-read`, `usage.cannot-write`
 */
export async function filterLines(path: string, actionFor: (line: string) => LineAction): Promise<void> {
  if (!(await hasLineToDrop(path, actionFor))) return;
  await writeStreamAtomic(path, async (file) => {
    for await (const lines of readLines(path)) {
      const kept = lines.filter((line) => actionFor(line) !== 'drop');
      await file.write(kept.map((line) => `${line}\n`).join(''));
    }
  });
}

async function hasLineToDrop(path: string, actionFor: (line: string) => LineAction): Promise<boolean> {
  const file = await openToRead(path);
  if (!file) return false;
  try {
    for await (const { text } of linesFromEnd(path, file)) {
      const action = actionFor(text);
      if (action !== 'keep') return action === 'drop';
    }
    return false;
  } finally {
    await file.close();
  }
}

/**
 * Drops lines near the end of a file in place, reading only the end. Kept lines between dropped ones must be few: they are held
 * in memory, and written where the first dropped line began.
 * @throws DcganError `usage.cannot-read`, `usage.cannot-write`
 */
export async function truncateLines(path: string, actionFor: (line: string) => LineAction): Promise<void> {
  const file = await openToRead(path);
  if (!file) return;
  let [end, isCut] = [0, false];
  const kept = new Set<string>(); // a crash during an earlier call may have left duplicates
  try {
    for await (const line of linesFromEnd(path, file)) {
      const action = actionFor(line.text);
      if (action === 'keep') kept.add(line.text);
      if (action === 'drop') isCut = true;
      if (action === 'last') end = line.end;
      if (action === 'last') break;
    }
  } finally {
    await file.close();
  }
  if (isCut) await writingTo(path, () => replaceEnd(path, end, [...kept].reverse()));
}

async function replaceEnd(path: string, end: number, lines: readonly string[]): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
    await file.write(bytes, 0, bytes.length, end);
    await file.truncate(end + bytes.length);
  } finally {
    await file.close();
  }
}

/** Lines from the last to the first, with the offset of each end; a line that is too long has no text. */
async function* linesFromEnd(path: string, file: FileHandle): AsyncGenerator<{ text: string; end: number }> {
  const { size } = await file.stat();
  let end = size; // of the current line
  let tail = Buffer.alloc(0); // the part of it that has been read
  let isTooLong = false;
  for (let from = size; from > 0; ) {
    const length = Math.min(chunkBytes, from);
    from -= length;
    const { buffer } = await readingFrom(path, () => file.read(Buffer.alloc(length), 0, length, from));
    let chunkEnd = length;
    for (let at = length - 1; at >= 0; at--) {
      if (buffer[at] !== newline) continue;
      const text = Buffer.concat([buffer.subarray(at + 1, chunkEnd), tail]).toString('utf8');
      if (from + at + 1 < size) yield { text: isTooLong ? '' : text, end };
      [end, chunkEnd, tail, isTooLong] = [from + at + 1, at, Buffer.alloc(0), false];
    }
    tail = Buffer.concat([buffer.subarray(0, chunkEnd), tail]);
    if (tail.length > maxLineBytes) [tail, isTooLong] = [Buffer.alloc(0), true];
  }
  if (end > 0) yield { text: isTooLong ? '' : tail.toString('utf8'), end };
}

async function openToRead(path: string): Promise<FileHandle | undefined> {
  try {
    return await openRegular(path);
  } catch (error) {
    if (error instanceof UnreadableFile && error.code === 'ENOENT') return undefined;
    throw cannotRead(path, messageOf(error), error);
  }
}

async function readingFrom<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw cannotRead(path, messageOf(error), error);
  }
}

function cannotRead(path: string, reason: string, cause?: unknown): DcganError {
  return new DcganError(
    'usage.cannot-read',
    {
      happened: `${path} cannot be read: ${reason}.`,
      expected: 'It is a log of this run, one JSON object per line.',
      fix: 'Change its permissions, or move it elsewhere: the run then resumes without it, and its plots start there.',
    },
    { cause, data: { path } },
  );
}
