// metrics.jsonl: one JSON line per tick, whole lines only, and exactly those up to the step a run resumes from.
import { open, readFile } from 'node:fs/promises';
import { writeFileSafely, writingTo } from '../system/write-file.ts';

/** One line: the step, and any numbers or names measured there. */
export interface MetricsRecord {
  readonly step: number;
  readonly [name: string]: number | string | boolean;
}

/** One tick of training. */
export interface LossRecord {
  step: number;
  epoch: number;
  discriminatorLoss: number;
  generatorLoss: number;
}

/** Appends a tick. */
export async function appendMetrics(path: string, record: MetricsRecord): Promise<void> {
  await appendJsonLine(path, record);
}

/** Appends a line in one write. Non-finite numbers are written as null. @throws DcganError `usage.cannot-write` */
export async function appendJsonLine(path: string, record: object): Promise<void> {
  await writingTo(path, async () => {
    const file = await open(path, 'a+');
    try {
      const separator = (await endsInsideLine(file)) ? '\n' : '';
      await file.write(`${separator}${JSON.stringify(record)}\n`);
    } finally {
      await file.close();
    }
  });
}

/** The lines of a file that hold anything; a file that is not there has none. */
export async function readLines(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch(emptyIfMissing);
  return text.split('\n').filter((line) => line !== '');
}

/** Reads all whole lines; a line torn by a crash is left out, a null is NaN again. A file that is not there has none. */
export async function readMetrics(path: string): Promise<MetricsRecord[]> {
  const text = await readFile(path, 'utf8').catch(emptyIfMissing);
  return text.split('\n').flatMap(parseLine);
}

/**
 * Drops all lines after `step`, torn ones, and those of more rollbacks than there have been, so that a run resumed from there
 * leaves neither gap nor repeat.
 */
export async function truncateMetrics(
  path: string,
  { step, rollbacks }: { step: number; rollbacks: number },
): Promise<void> {
  const isBefore = (record: MetricsRecord) => record.step <= step && Number(record['rollbacks'] ?? 0) <= rollbacks;
  const text = await readFile(path, 'utf8').catch(emptyIfMissing);
  const kept = text.split('\n').filter((line) => parseLine(line).some(isBefore));
  const keptText = kept.map((line) => `${line}\n`).join('');
  if (keptText !== text) await writeFileSafely(path, keptText);
}

/** The lines that carry both losses, for the loss plot. */
export function lossesOf(records: readonly MetricsRecord[]): LossRecord[] {
  return records.flatMap(({ step, ...rest }) => {
    const [epoch, discriminatorLoss, generatorLoss] = ['epoch', 'discriminatorLoss', 'generatorLoss'].map(
      (name) => rest[name],
    );
    const isTick =
      typeof epoch === 'number' && typeof discriminatorLoss === 'number' && typeof generatorLoss === 'number';
    return isTick ? [{ step, epoch, discriminatorLoss, generatorLoss }] : [];
  });
}

async function endsInsideLine(file: Awaited<ReturnType<typeof open>>): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return false;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] !== 0x0a;
}

function parseLine(line: string): MetricsRecord[] {
  try {
    const record = JSON.parse(line, (_key, value: unknown) => (value === null ? Number.NaN : value));
    return Number.isSafeInteger(record.step) ? [record] : [];
  } catch {
    return [];
  }
}

function emptyIfMissing(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
  throw error;
}
