// evaluations.jsonl: a line per evaluation, those of the training and those of dcgan evaluate, in the order in which they were made.

import { writeFileSafely } from '../system/write-file.ts';
import { appendJsonLine, readLines } from './metrics-log.ts';

/** What is read of a line; there is more in it. */
export interface EvaluationRecord {
  by: 'train' | 'evaluate';
  step: number;
  metrics: Record<string, { values: Record<string, number | null>; ofData?: Record<string, number | null> }>;
}

/** Appends a line. @throws DcganError `usage.cannot-write` */
export async function appendEvaluation(path: string, evaluation: object): Promise<void> {
  await appendJsonLine(path, evaluation);
}

/** The evaluations of the training itself, ascending by step; lines that are none are left out. */
export async function readTrainingEvaluations(path: string): Promise<EvaluationRecord[]> {
  const records = (await readLines(path)).flatMap((line) => recordOf(line) ?? []);
  return records.filter(({ by }) => by === 'train').sort((a, b) => a.step - b.step);
}

/** Drops torn lines and the training's own after `step`, which a run that goes on from there makes again; all others stay. */
export async function truncateEvaluations(path: string, step: number): Promise<void> {
  const lines = await readLines(path);
  const kept = lines.filter((line) => {
    const record = recordOf(line);
    return record && (record.by !== 'train' || record.step <= step);
  });
  if (kept.length < lines.length) await writeFileSafely(path, kept.map((line) => `${line}\n`).join(''));
}

function recordOf(line: string): EvaluationRecord | undefined {
  try {
    const record = JSON.parse(line);
    return Number.isSafeInteger(record.step) && typeof record.metrics === 'object' ? record : undefined;
  } catch {
    return undefined;
  }
}
