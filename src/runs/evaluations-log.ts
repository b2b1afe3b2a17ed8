// evaluations.jsonl: a line per evaluation, those of the training and those of dcgan evaluate, in the order in which they were made.
import { appendJsonLine, filterLines, readLines } from './json-lines.ts';

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

/**
 * The evaluations of the training itself, some at a time; lines that are none are left out.
 * @throws DcganError `usage.cannot-read`
 */
export async function* readTrainingEvaluations(path: string): AsyncGenerator<EvaluationRecord[]> {
  for await (const lines of readLines(path)) {
    yield lines.flatMap((line) => recordOf(line) ?? []).filter(({ by }) => by === 'train');
  }
}

/** Drops the training's own after `step`, which a resumed run makes again, and lines torn at the end; all others stay. */
export async function truncateEvaluations(path: string, step: number): Promise<void> {
  await filterLines(path, (line) => {
    const record = recordOf(line);
    if (!record) return 'drop';
    if (record.by !== 'train') return 'keep';
    return record.step > step ? 'drop' : 'last'; // the training's steps only grow
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
