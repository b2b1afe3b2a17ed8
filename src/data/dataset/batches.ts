// The order in which images are trained on: shuffled anew every epoch, and fully given by (seed, epoch, batch).
import { DcganError } from '../../errors.ts';
import { RandomStream } from '../../random.ts';

/** How `count` images are cut into batches; `lastBatch` says what becomes of the images that do not fill one. */
export interface BatchPlan {
  count: number;
  batchSize: number;
  lastBatch: 'keep' | 'drop';
}

/** Batches in one epoch. Throws DcganError `data.too-few-images` where not even one batch can be made. */
export function batchesPerEpoch({ count, batchSize, lastBatch }: BatchPlan): number {
  const batches = lastBatch === 'keep' ? Math.ceil(count / batchSize) : Math.floor(count / batchSize);
  if (batches > 0) return batches;
  throw new DcganError(
    'data.too-few-images',
    {
      happened: `${count} images do not fill one batch of ${batchSize}, and incomplete batches are dropped.`,
      fix: `Choose a batch size of ${count} or less, or keep the last batch.`,
    },
    { data: { count, batchSize } },
  );
}

/**
 * Image indices of batch `batch` (0-based within the epoch). Both numbers together are the whole position in the data, so a run
 * resumes anywhere. The epoch's permutation comes from RandomStream(seed, 'data', epoch); the latest one is kept.
 */
export function createBatchOrder(plan: BatchPlan, seed: number): (epoch: number, batch: number) => Uint32Array {
  const batches = batchesPerEpoch(plan);
  let shuffledEpoch = -1;
  let order: Uint32Array = new Uint32Array();
  return (epoch, batch) => {
    if (batch < 0 || batch >= batches) throw new RangeError(`batch ${batch} of ${batches}`);
    if (epoch !== shuffledEpoch) {
      order = new RandomStream(seed, 'data', epoch).permutation(plan.count);
      shuffledEpoch = epoch;
    }
    return order.slice(batch * plan.batchSize, (batch + 1) * plan.batchSize);
  };
}
