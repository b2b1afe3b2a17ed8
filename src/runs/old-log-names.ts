// Renames the logs of a run that was started by an earlier version, which wrote losses into metrics.jsonl and evaluations into
// evaluations.jsonl.
import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { writingTo } from '../system/write-file.ts';
import { readLosses } from './losses-log.ts';

/** Safe to interrupt: the next call completes it. @throws DcganError `usage.cannot-write` */
export async function renameOldLogs(results: string): Promise<void> {
  const [losses, metrics] = [join(results, 'losses.jsonl'), join(results, 'metrics.jsonl')];
  const evaluations = join(results, 'evaluations.jsonl');
  if (!existsSync(losses) && (await holdsLosses(metrics))) await move(metrics, losses);
  if (existsSync(evaluations) && !existsSync(metrics)) await move(evaluations, metrics);
}

/** Evaluations have metrics and an author on every line, ticks have neither. */
async function holdsLosses(path: string): Promise<boolean> {
  for await (const [first] of readLosses(path)) if (first) return !('metrics' in first);
  return false;
}

function move(from: string, to: string): Promise<void> {
  return writingTo(to, () => rename(from, to));
}
