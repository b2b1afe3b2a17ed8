// Evaluations during training: when they are due, and which one is the best so far.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Schedule } from './schedule.ts';

/** The part of an evaluation that the loop uses. */
export interface EvaluationResult {
  seconds: number;
  values: { name: string; value: number; ofData?: number }[];
  /** The value of metrics.best, if set. */
  score?: Score;
}

/** Lower is better. Only scores with the same `by` (metric, count, seed, size and features) are comparable. */
interface Score {
  value: number;
  by: string;
}

/** Evaluates the generator and logs the result. `onProgress` may throw, which cancels it with nothing logged. */
export type EvaluateImages = (
  step: number,
  onProgress: (phase: string, done: number, total: number) => void,
) => Promise<EvaluationResult>;

/** A run's evaluations so far, as its checkpoints hold them. */
export interface EvaluationHistory {
  /** Step of the last evaluation. */
  at: number;
  /** The best evaluation, if metrics.best is set. */
  best?: Score & { step: number };
}

export const noEvaluations: EvaluationHistory = { at: 0 };

/** Whether an evaluation is due after `step` steps and has not been done yet. */
export function isEvaluationDue({ at }: EvaluationHistory, step: number, schedule: Schedule): boolean {
  const { evaluateEverySteps: every, totalSteps } = schedule;
  return every !== undefined && step > 0 && at !== step && (step % every === 0 || step === totalSteps);
}

/** How many evaluations are still due after a step. */
export function evaluationsLeft(step: number, { evaluateEverySteps: every, totalSteps }: Schedule): number {
  return every === undefined ? 0 : Math.ceil(totalSteps / every) - Math.floor(step / every);
}

export function afterEvaluation(
  { best }: EvaluationHistory,
  step: number,
  { score }: EvaluationResult,
): EvaluationHistory {
  if (!score || !Number.isFinite(score.value)) return { at: step, ...(best && { best }) };
  const isBetter = best?.by !== score.by || score.value < best.value;
  return { at: step, best: isBetter ? { ...score, step } : best };
}

class Stopped extends Error {}

/** Undefined if a stop was requested meanwhile; the evaluation is then still due when the run resumes. */
export async function evaluateUnlessStopped(
  evaluate: EvaluateImages,
  step: number,
  { shouldStop, onProgress }: { shouldStop: () => boolean; onProgress: Parameters<EvaluateImages>[1] },
): Promise<EvaluationResult | undefined> {
  await nextTurn(); // lets signal handlers run
  try {
    return await evaluate(step, (phase, done, total) => {
      if (shouldStop()) throw new Stopped();
      onProgress(phase, done, total);
    });
  } catch (error) {
    if (error instanceof Stopped) return undefined;
    throw error;
  }
}
