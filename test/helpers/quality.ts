// Measures generator quality after training, for tests that compare precisions.
import assert from 'node:assert/strict';
import { evaluate } from '../../src/commands/evaluate.ts';
import { train } from '../../src/commands/train.ts';
import type { EngineName, Precision } from '../../src/engines/engine.ts';

export interface Trained {
  config: string;
  engine: EngineName;
  root: string;
  /** Number of generated and of real images. */
  count: number;
  set?: readonly string[];
}

/** Sliced Wasserstein distance x 1000 between generated and real images. Resumes an existing run. */
export async function distanceAfter(
  steps: number,
  precision: Precision,
  seed: number,
  { config, engine, root, count, set = [] }: Trained,
): Promise<number> {
  const changes = [`seed=${seed}`, `training.steps=${steps}`, `training.precision=${precision}`, ...set];
  const silent = { onEvent: () => {}, shouldStop: () => false };
  const { runHash, step } = await train({ config, set: changes, engine, root, fresh: false }, silent);
  assert.equal(step, steps);
  const { metrics } = await evaluate({ checkpoint: runHash, metrics: ['swd'], count, seed: 0, engine, root }, () => {});
  return metrics.swd!.values['average']!;
}

/** The mean distance over several seeds. */
export async function meanDistance(
  steps: number,
  precision: Precision,
  seeds: readonly number[],
  trained: Trained,
): Promise<number> {
  let sum = 0;
  for (const seed of seeds) sum += await distanceAfter(steps, precision, seed, trained);
  return sum / seeds.length;
}
