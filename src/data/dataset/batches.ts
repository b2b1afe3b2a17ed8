// The order of training images: shuffled in every epoch, and determined by (seed, epoch, batch).
import { DcganError } from '../../errors.ts';
import { RandomStream } from '../../random.ts';

/** How `count` images are split into batches; `lastBatch` applies to an incomplete one. */
export interface BatchPlan {
  count: number;
  batchSize: number;
  lastBatch: 'keep' | 'drop';
}

/** @throws DcganError `data.too-few-images` if there is not one complete batch */
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
 * Returns a function that computes the image indices of a batch (0-based within its epoch). Epoch and batch are the whole state,
 * so a run resumes anywhere. The epoch's permutation is drawn from RandomStream(seed, 'data', epoch).
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
