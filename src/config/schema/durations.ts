// Durations and intervals: exactly one of steps, images and epochs, converted to steps.
import { z } from 'zod';
import { maxAmount } from './limits.ts';

const amount = z.number().positive().max(maxAmount);

export const durationSchema = z
  .strictObject({
    steps: amount.optional().describe('Training steps; one step may use several batches.'),
    images: amount.optional().describe('Real images seen.'),
    epochs: amount.optional().describe('Passes over the data.'),
  })
  .refine((value) => Object.keys(value).length === 1, 'expected exactly one of steps, images, epochs')
  .describe('Duration or interval: exactly one of steps, images and epochs.');

export type Duration = { steps?: number | undefined; images?: number | undefined; epochs?: number | undefined };

/** How steps, batches and epochs relate. Only the last batch of an epoch may be short. */
export interface BatchCounts {
  batchSize: number;
  batchesPerStep: number;
  batchesPerEpoch: number;
  imagesPerEpoch: number;
}

/** Whole steps, at least one; for images, the steps after which the run has seen that many. */
export function toSteps({ steps, images, epochs }: Duration, counts: BatchCounts): number {
  if (steps !== undefined) return Math.max(1, Math.round(steps));
  if (images !== undefined) return Math.ceil(toBatches(images, counts) / counts.batchesPerStep);
  return Math.max(1, Math.round((epochs! * counts.batchesPerEpoch) / counts.batchesPerStep));
}

function toBatches(images: number, { batchSize, batchesPerEpoch, imagesPerEpoch }: BatchCounts): number {
  const epochs = Math.floor(images / imagesPerEpoch);
  return epochs * batchesPerEpoch + Math.ceil((images % imagesPerEpoch) / batchSize);
}
