// metrics.jsonl: one JSON line per evaluation, by training or by dcgan evaluate, in chronological order.
import { appendJsonLine, filterLines, readLines } from './json-lines.ts';

/** The keys of a line that are read. */
export interface EvaluationRecord {
  by: 'train' | 'evaluate';
  step: number;
  metrics: Record<string, { values: Record<string, number | null>; ofData?: Record<string, number | null> }>;
}

/** @throws DcganError `usage.cannot-write` */
export async function appendEvaluation(path: string, evaluation: object): Promise<void> {
  await appendJsonLine(path, evaluation);
}

/**
 * Reads the evaluations made by training, in chunks, skipping invalid lines.
 * @throws DcganError `usage.cannot-read`
 */
export async function* readTrainingEvaluations(path: string): AsyncGenerator<EvaluationRecord[]> {
  for await (const lines of readLines(path)) {
    yield lines.flatMap((line) => recordOf(line) ?? []).filter(({ by }) => by === 'train');
  }
}

/** Drops training's evaluations after `step`, which a resumed run repeats, and torn lines at the end. */
export async function truncateEvaluations(path: string, step: number): Promise<void> {
  await filterLines(path, (line) => {
    const record = recordOf(line);
    if (!record) return 'drop';
    if (record.by !== 'train') return 'keep';
    return record.step > step ? 'drop' : 'last'; // steps of training ascend
  });
}

function recordOf(line: string): EvaluationRecord | undefined {
  try {
    const record = JSON.parse(line);
    const isEvaluation = Number.isSafeInteger(record.step) && record.metrics && typeof record.metrics === 'object';
    return isEvaluation ? record : undefined;
  } catch {
    return undefined;
  }
}
