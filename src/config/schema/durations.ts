// One vocabulary for lengths and cadences: exactly one of steps, images, epochs; converted to steps once.
import { z } from 'zod';
import { mostAmount } from './limits.ts';

const amount = z.number().positive().max(mostAmount);

export const durationSchema = z
  .strictObject({
    steps: amount.optional().describe('Training steps; one step may use several batches.'),
    images: amount.optional().describe('Real images seen.'),
    epochs: amount.optional().describe('Passes over the data.'),
  })
  .refine((value) => Object.keys(value).length === 1, 'expected exactly one of steps, images, epochs')
  .describe('Duration or interval: exactly one of steps, images and epochs.');

export type Duration = { steps?: number | undefined; images?: number | undefined; epochs?: number | undefined };

/** How a run goes through its images: a step takes `batchesPerStep` batches, and only an epoch's last one may be short. */
export interface Pace {
  batchSize: number;
  batchesPerStep: number;
  batchesPerEpoch: number;
  imagesPerEpoch: number;
}

/** Whole steps, at least one: for images, the steps after which a run has seen that many. */
export function toSteps({ steps, images, epochs }: Duration, pace: Pace): number {
  if (steps !== undefined) return Math.max(1, Math.round(steps));
  if (images !== undefined) return Math.ceil(toBatches(images, pace) / pace.batchesPerStep);
  return Math.max(1, Math.round((epochs! * pace.batchesPerEpoch) / pace.batchesPerStep));
}

function toBatches(images: number, { batchSize, batchesPerEpoch, imagesPerEpoch }: Pace): number {
  const epochs = Math.floor(images / imagesPerEpoch);
  return epochs * batchesPerEpoch + Math.ceil((images % imagesPerEpoch) / batchSize);
}
