// Parses a checkpoint's state.json. Every field is validated, since checkpoints may come from anywhere.
import { z } from 'zod';
import { isRunName, type Origin } from '../../config/identity/run-hash.ts';
import type { Decisions } from '../../engines/engine.ts';
import { DcganError } from '../../errors.ts';
import { healthStates, initialHealth } from '../health/health.ts';
import { initialProgress, type TrainingProgress } from '../loop.ts';

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

// loose: keeps fields that a later version adds
const health = z.looseObject({
  state: z.enum(healthStates),
  lookedAt: count,
  since: z.partialRecord(z.enum(healthStates), count),
});

const evaluated = z.looseObject({
  at: count,
  best: z.looseObject({ value: z.number(), by: z.string(), step: count }).optional(),
});

const progress = z.looseObject({
  step: count,
  images: count,
  seconds: z.number().nonnegative(),
  rollbacks: count.default(0),
  health: health.default({ ...initialHealth }),
  evaluated: evaluated.default({ at: initialProgress.evaluated.at }),
});

const runState = z.looseObject({
  dataFingerprint: z.string(),
  forkedFrom: origin.optional(),
  generatorPasses: z.number().nonnegative().optional(), // of imported weights
  decisions: z.record(z.string(), z.string()).default({}),
  position: progress.optional(),
});

export interface RunState {
  /** As stored; `resolveStoredConfig` validates it. */
  config: unknown;
  dataFingerprint: string;
  forkedFrom?: Origin;
  /** The generator's training passes, for imported weights. */
  generatorPasses?: number;
  /** The engine's choices of kernels, so that a resumed run computes the same bits. */
  decisions: Decisions;
  /** Stored as `position`; absent if the checkpoint holds only a generator. */
  progress?: TrainingProgress;
}

/** @throws DcganError `checkpoint.damaged` naming every invalid field */
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
  const { forkedFrom, generatorPasses, position: progress, ...rest } = parsed.data;
  return {
    config: state['config'],
    dataFingerprint: rest.dataFingerprint,
    decisions: rest.decisions,
    ...(forkedFrom && { forkedFrom: originOf(forkedFrom) }),
    ...(generatorPasses !== undefined && { generatorPasses }),
    ...(progress && { progress: progress as TrainingProgress }),
  };
}

function originOf({ runHash, identity, step, rollbacks }: z.infer<typeof origin>): Origin {
  return { runHash, ...(identity !== undefined && { identity }), step, ...(rollbacks && { rollbacks }) };
}
