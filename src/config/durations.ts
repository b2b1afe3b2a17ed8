// One vocabulary for lengths and cadences: exactly one of steps, images, epochs; converted to steps once.
import { z } from 'zod';

const amount = z.number().positive();

export const durationSchema = z
  .strictObject({ steps: amount.optional(), images: amount.optional(), epochs: amount.optional() })
  .refine((value) => Object.keys(value).length === 1, 'expected exactly one of steps, images, epochs')
  .describe('How often or how long: exactly one of steps, images, epochs.');

export type Duration = { steps?: number | undefined; images?: number | undefined; epochs?: number | undefined };

/** Whole steps, at least one. A step reads one batch. */
export function toSteps(duration: Duration, batchSize: number, stepsPerEpoch: number): number {
  if (duration.steps !== undefined) return Math.max(1, Math.round(duration.steps));
  if (duration.images !== undefined) return Math.max(1, Math.ceil(duration.images / batchSize));
  return Math.max(1, Math.round(duration.epochs! * stepsPerEpoch));
}
