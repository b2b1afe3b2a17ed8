// metrics.jsonl: one JSON line per tick, whole lines only, and exactly those up to the step a run resumes from.
import { appendJsonLine, readLines, truncateLines } from './json-lines.ts';

/** One line: the step, and any numbers or names measured there. */
export interface MetricsRecord {
  readonly step: number;
  readonly [name: string]: number | string | boolean;
}

/** Appends a tick. @throws DcganError `usage.cannot-write` */
export async function appendMetrics(path: string, record: MetricsRecord): Promise<void> {
  await appendJsonLine(path, record);
}

/**
 * Reads all whole lines from a byte on, some at a time; a line torn by a crash is left out, a null is NaN again. A file that is
 * not there has none. @throws DcganError `usage.cannot-read`
 */
export async function* readMetrics(path: string, fromByte = 0): AsyncGenerator<MetricsRecord[]> {
  for await (const lines of readLines(path, fromByte)) yield lines.flatMap((line) => recordOf(line) ?? []);
}

/**
 * Drops all lines after `step`, torn ones among them, and those of more rollbacks than there have been, so that a run resumed from
 * there leaves neither gap nor repeat. @throws DcganError `usage.cannot-read`, `usage.cannot-write`
 */
export async function truncateMetrics(
  path: string,
  { step, rollbacks }: { step: number; rollbacks: number },
): Promise<void> {
  await truncateLines(path, (line) => {
    const record = recordOf(line);
    if (!record || record.step > step || Number(record['rollbacks'] ?? 0) > rollbacks) return 'drop';
    return 'rollbacks' in record ? 'keep' : 'last'; // a run that rolled back may have later steps before that line
  });
}

function recordOf(line: string): MetricsRecord | undefined {
  try {
    const record = JSON.parse(line);
    if (!Number.isSafeInteger(record.step)) return undefined;
    for (const name in record) if (record[name] === null) record[name] = Number.NaN;
    return record;
  } catch {
    return undefined;
  }
}
