// Files of one JSON value per line, of any length: appended in whole lines, read in chunks, cut off from the end.
import { constants, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { DcganError, messageOf } from '../errors.ts';
import { kindOf, openRegular, UnreadableFile } from '../system/read-file.ts';
import { writeStreamAtomic, writingTo } from '../system/write-file.ts';

const chunkBytes = 256 * 1024;
const newline = 0x0a;

/** A line of these files has some hundred bytes; what is longer is none, and is never held in memory as a whole. */
const mostLineBytes = 1024 * 1024;

/** Appends a line in one write. Non-finite numbers are written as null. @throws DcganError `usage.cannot-write` */
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

/** A pipe would take lines until it is full, and then never again. */
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
 * The lines of a file that hold anything, some at a time, from the byte on where one begins; a file that is not there has none.
 * @throws DcganError `usage.cannot-read`
 */
export async function* readLines(path: string, fromByte = 0): AsyncGenerator<string[]> {
  const file = await openToRead(path);
  if (!file) return;
  try {
    let torn = Buffer.alloc(0); // the beginning of a line whose end has not been read
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
        const filled = lines.filter((line) => line !== '' && line.length <= mostLineBytes);
        if (filled.length > 0) yield filled;
        [torn, isTooLong] = [Buffer.from(buffer.subarray(end + 1, bytesRead)), false];
      } else torn = Buffer.concat([torn, buffer.subarray(0, bytesRead)]);
      if (bytesRead === 0) return;
      if (torn.length > mostLineBytes) [torn, isTooLong] = [Buffer.alloc(0), true];
    }
  } finally {
    await file.close();
  }
}

/** What is done with a line, seen from the end: `last` is kept and so is all before it. */
export type Verdict = 'drop' | 'keep' | 'last';

/**
 * Drops lines from the end of a file, reading no more of it than it has to. Only where there are lines to drop is all of it copied, some
 * lines at a time, and replaced as a whole. A file that is not there has none. @throws DcganError `usage.cannot-read`, `usage.cannot-write`
 */
export async function filterLines(path: string, verdictOf: (line: string) => Verdict): Promise<void> {
  if (!(await hasLineToDrop(path, verdictOf))) return;
  await writeStreamAtomic(path, async (file) => {
    for await (const lines of readLines(path)) {
      const kept = lines.filter((line) => verdictOf(line) !== 'drop');
      await file.write(kept.map((line) => `${line}\n`).join(''));
    }
  });
}

async function hasLineToDrop(path: string, verdictOf: (line: string) => Verdict): Promise<boolean> {
  const file = await openToRead(path);
  if (!file) return false;
  try {
    for await (const { text } of linesFromEnd(path, file)) {
      const verdict = verdictOf(text);
      if (verdict !== 'keep') return verdict === 'drop';
    }
    return false;
  } finally {
    await file.close();
  }
}

/**
 * Drops lines from the end of a file in place, reading no more than it has to. Kept lines among the dropped ones should be few: they are
 * held in memory, and written where the dropped ones began. A file that is not there has none.
 * @throws DcganError `usage.cannot-read`, `usage.cannot-write`
 */
export async function truncateLines(path: string, verdictOf: (line: string) => Verdict): Promise<void> {
  const file = await openToRead(path);
  if (!file) return;
  let [end, isCut] = [0, false];
  const kept = new Set<string>(); // a crash in the middle of this may have left a line twice
  try {
    for await (const line of linesFromEnd(path, file)) {
      const verdict = verdictOf(line.text);
      if (verdict === 'keep') kept.add(line.text);
      if (verdict === 'drop') isCut = true;
      if (verdict === 'last') end = line.end;
      if (verdict === 'last') break;
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

/** Lines from the last to the first, each with where it ends; one that is too long has no text. */
async function* linesFromEnd(path: string, file: FileHandle): AsyncGenerator<{ text: string; end: number }> {
  const { size } = await file.stat();
  let end = size; // of the line that is being read
  let tail = Buffer.alloc(0); // what has been read of it
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
    if (tail.length > mostLineBytes) [tail, isTooLong] = [Buffer.alloc(0), true];
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
