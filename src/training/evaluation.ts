// Evaluations in the middle of training: when they are due, what the run remembers of them, and whether one is the best so far.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Schedule } from './schedule.ts';

/** What the loop needs to know of an evaluation. */
export interface Measurement {
  seconds: number;
  values: { name: string; value: number; ofData?: number }[];
  /** Lower is better, among those by the same. */
  score?: Score;
}

interface Score {
  value: number;
  by: string;
}

/** Measures the generator as it is and logs it. `onProgress` may throw, which ends it with nothing logged. */
export type MeasureImages = (
  step: number,
  onProgress: (phase: string, done: number, total: number) => void,
) => Promise<Measurement>;

/** What a run remembers of its evaluations; plain data that goes into its checkpoints. */
export interface Evaluated {
  /** Step of the last one. */
  at: number;
  /** Of the best one, where a metric says which that is. */
  best?: Score & { step: number };
}

export const notEvaluated: Evaluated = { at: 0 };

/** Whether a step that is done is to be measured, and has not been. */
export function isEvaluationDue({ at }: Evaluated, step: number, schedule: Schedule): boolean {
  const { evaluateEverySteps: every, totalSteps } = schedule;
  return every !== undefined && step > 0 && at !== step && (step % every === 0 || step === totalSteps);
}

/** How many are due after a step. */
export function evaluationsLeft(step: number, { evaluateEverySteps: every, totalSteps }: Schedule): number {
  return every === undefined ? 0 : Math.ceil(totalSteps / every) - Math.floor(step / every);
}

/** What is remembered after one more. */
export function afterEvaluation({ best }: Evaluated, step: number, { score }: Measurement): Evaluated {
  if (!score || !Number.isFinite(score.value)) return { at: step, ...(best && { best }) };
  const isBetter = best?.by !== score.by || score.value < best.value;
  return { at: step, best: isBetter ? { ...score, step } : best };
}

class Stopped extends Error {}

/** Measures, unless a stop is asked for on the way: undefined then, and it is due again when the run goes on. */
export async function measureUnlessStopped(
  measure: MeasureImages,
  step: number,
  { shouldStop, onProgress }: { shouldStop: () => boolean; onProgress: Parameters<MeasureImages>[1] },
): Promise<Measurement | undefined> {
  await nextTurn(); // signals are heard here
  try {
    return await measure(step, (phase, done, total) => {
      if (shouldStop()) throw new Stopped();
      onProgress(phase, done, total);
    });
  } catch (error) {
    if (error instanceof Stopped) return undefined;
    throw error;
  }
}
