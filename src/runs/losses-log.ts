// losses.jsonl: one JSON line per tick, cut back to the checkpoint's step when a run resumes.
import { appendJsonLine, readLines, truncateLines } from './json-lines.ts';

/** One line: the step, and the values of its tick. */
export interface LossesRecord {
  readonly step: number;
  readonly [name: string]: number | string | boolean;
}

/** Appends a tick. @throws DcganError `usage.cannot-write` */
export async function appendLosses(path: string, record: LossesRecord): Promise<void> {
  await appendJsonLine(path, record);
}

/**
 * Reads complete lines from a byte offset, in chunks. A line torn by a crash is skipped, null becomes NaN, and a missing file
 * has no lines. @throws DcganError `usage.cannot-read`
 */
export async function* readLosses(path: string, fromByte = 0): AsyncGenerator<LossesRecord[]> {
  for await (const lines of readLines(path, fromByte)) yield lines.flatMap((line) => recordOf(line) ?? []);
}

/**
 * Drops torn lines, lines after `step` and those of later rollbacks, so that a run resumed from that checkpoint leaves no gap
 * and no repetition. @throws DcganError `usage.cannot-read`, `usage.cannot-write`
 */
export async function truncateLosses(
  path: string,
  { step, rollbacks }: { step: number; rollbacks: number },
): Promise<void> {
  await truncateLines(path, (line) => {
    const record = recordOf(line);
    if (!record || record.step > step || Number(record['rollbacks'] ?? 0) > rollbacks) return 'drop';
    return 'rollbacks' in record ? 'keep' : 'last'; // lines before a rollback may be of later steps
  });
}

function recordOf(line: string): LossesRecord | undefined {
  try {
    const record = JSON.parse(line);
    if (!Number.isSafeInteger(record.step)) return undefined;
    for (const name in record) if (record[name] === null) record[name] = Number.NaN;
    return record;
  } catch {
    return undefined;
  }
}
