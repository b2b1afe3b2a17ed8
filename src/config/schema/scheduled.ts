// A value that may change while training: `0.1`, or from one value to another over a duration.
import { z } from 'zod';
import { type Duration, durationSchema } from './durations.ts';

const course = {
  over: durationSchema.describe('Duration of the change from the first value to the second.'),
  shape: z
    .enum(['linear', 'cosine', 'step'])
    .default('linear')
    .describe(
      'Shape of the ramp: linear; cosine (slow at both ends); step (the first value until the end of `over`, then the second).',
    ),
};

export interface Course<Value> {
  from: Value;
  to: Value;
  over: Duration;
  shape: 'linear' | 'cosine' | 'step';
}

/** The schema of a value that may be scheduled: the value itself, or { from, to, over, shape }. */
export function scheduled<Value extends z.ZodType>(value: Value) {
  return z.union([
    value,
    z.strictObject({
      from: value.describe('Initial value.'),
      to: value.describe('Final value, kept after the ramp.'),
      ...course,
    }),
  ]);
}
