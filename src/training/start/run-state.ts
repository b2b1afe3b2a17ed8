// What a checkpoint says besides its variables, checked field by field: anybody can make a checkpoint.
import { z } from 'zod';
import { isRunName, type Origin } from '../../config/identity/run-hash.ts';
import type { Decisions } from '../../engines/engine.ts';
import { DcganError } from '../../errors.ts';
import { healthStates, startingHealth } from '../health/health.ts';
import { type Position, startingPosition } from '../loop.ts';

const count = z.int().nonnegative();

const origin = z.object({
  runHash: z.string().refine(isRunName, 'Invalid run hash'),
  identity: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  step: count,
  rollbacks: count.optional(),
});

// loose: what a later version adds is kept
const health = z.looseObject({
  state: z.enum(healthStates),
  lookedAt: count,
  since: z.partialRecord(z.enum(healthStates), count),
});

const evaluated = z.looseObject({
  at: count,
  best: z.looseObject({ value: z.number(), by: z.string(), step: count }).optional(),
});

const position = z.looseObject({
  step: count,
  images: count,
  seconds: z.number().nonnegative(),
  rollbacks: count.default(0),
  health: health.default({ ...startingHealth }),
  evaluated: evaluated.default({ at: startingPosition.evaluated.at }),
});

const runState = z.looseObject({
  dataFingerprint: z.string(),
  forkedFrom: origin.optional(),
  generatorPasses: z.number().nonnegative().optional(), // of imported weights
  decisions: z.record(z.string(), z.string()).default({}),
  position: position.optional(),
});

export interface RunState {
  /** As it was stored: `resolveStoredConfig` checks it. */
  config: unknown;
  dataFingerprint: string;
  forkedFrom?: Origin;
  /** How often the generator had run, where it was not trained here. */
  generatorPasses?: number;
  /** How the engine computed, so that it does so again. */
  decisions: Decisions;
  /** Where training stood; absent in a generator alone. */
  position?: Position;
}

/** @throws DcganError `checkpoint.damaged` naming every field that is not what it should be */
export function parseRunState(state: Record<string, unknown>, path: string): RunState {
  const parsed = runState.safeParse(state);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new DcganError(
      'checkpoint.damaged',
      { happened: `${path} is damaged: ${wrong.join('; ')}.` },
      { data: { path } },
    );
  }
  const { forkedFrom, generatorPasses, position, ...rest } = parsed.data;
  return {
    config: state['config'],
    dataFingerprint: rest.dataFingerprint,
    decisions: rest.decisions,
    ...(forkedFrom && { forkedFrom: originOf(forkedFrom) }),
    ...(generatorPasses !== undefined && { generatorPasses }),
    ...(position && { position: position as Position }),
  };
}

function originOf({ runHash, identity, step, rollbacks }: z.infer<typeof origin>): Origin {
  return { runHash, ...(identity !== undefined && { identity }), step, ...(rollbacks && { rollbacks }) };
}
