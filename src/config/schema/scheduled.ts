// Schema of values that may change during training: `0.1`, or a ramp from one value to another over a duration.
import { z } from 'zod';
import { type Duration, durationSchema } from './durations.ts';

const ramp = {
  over: durationSchema.describe('Duration of the change from the first value to the second.'),
  shape: z
    .enum(['linear', 'cosine', 'step'])
    .default('linear')
    .describe(
      'Shape of the ramp: linear; cosine (slow at both ends); step (the first value until the end of `over`, then the second).',
    ),
};

export interface Ramp<Value> {
  from: Value;
  to: Value;
  over: Duration;
  shape: 'linear' | 'cosine' | 'step';
}

/** The value itself, or a ramp { from, to, over, shape }. */
export function scheduled<Value extends z.ZodType>(value: Value) {
  return z.union([
    value,
    z.strictObject({
      from: value.describe('Initial value.'),
      to: value.describe('Final value, kept after the ramp.'),
      ...ramp,
    }),
  ]);
}
