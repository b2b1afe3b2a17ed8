// Checks that every batch norm gets at least two values per channel: the variance of one is 0, and the output a constant.
import type { Config } from '../../config/config.ts';
import { DcganError } from '../../errors.ts';
import { elementCount } from '../../formats/tensor-shape.ts';
import { singleLayersOf } from '../../models/infer-shapes.ts';
import { hasTrait } from '../../models/layer-registry.ts';
import type { Network } from '../../models/network.ts';
import type { Networks } from '../../models/networks.ts';
import { batchSizes, fakeCount } from '../schedule.ts';

/**
 * Checks all batch sizes that occur, as PyTorch does at run time: with one value per channel the moving variance would decay
 * towards 0, and samples would saturate.
 * @throws DcganError `config.batch-norm`
 */
export function checkBatchNorm(config: Config, { generator, discriminator }: Networks, images: number): void {
  for (const count of batchSizes(config, images)) {
    const fakes = fakeCount(config, count);
    const layer = singleValueLayer(generator, fakes) ?? singleValueLayer(discriminator, Math.min(count, fakes));
    if (layer !== undefined) throw tooFewValues(layer, config, images);
  }
  const { rows, columns, batchNorm } = config.outputs.grid;
  const layer = batchNorm === 'batch' ? singleValueLayer(generator, rows * columns) : undefined;
  if (layer !== undefined) {
    throw singleValue(layer, 'outputs.grid has one image and batchNorm: batch', '--set outputs.grid.batchNorm=moving');
  }
}

/** The first batch norm of a network that gets one value per channel from a batch of this size. */
function singleValueLayer({ name, layers }: Network, images: number): string | undefined {
  const found = singleLayersOf(layers).find(
    ({ layer, input }) => hasTrait(layer, 'batchStatistics') && images * elementCount(input.slice(0, -1)) === 1,
  );
  return found && `${name}, layer ${found.place} (${found.layer.type})`;
}

function tooFewValues(layer: string, { training: { batchSize }, data }: Config, images: number): DcganError {
  if (images === 1) return singleValue(layer, 'the data has 1 image', 'Add images, or remove the layer.');
  if (batchSize === 1) {
    const fix = '--set training.batchSize=16, or any number from 2 on; or remove the layer.';
    return singleValue(layer, 'training.batchSize is 1', fix);
  }
  const short = `the last batch of an epoch is 1 image (${images.toLocaleString('en')} images in batches of ${batchSize}, data.lastBatch: ${data.lastBatch})`;
  const fix = `--set data.lastBatch=drop, or --set training.batchSize=${batchSizeWithoutRest(batchSize, images)}, which leaves no batch of one.`;
  return singleValue(layer, short, fix);
}

/** The nearest larger batch size that leaves no single image. */
function batchSizeWithoutRest(batchSize: number, images: number): number {
  const larger = batchSize + 1;
  return images % larger === 1 ? batchSizeWithoutRest(larger, images) : larger;
}

function singleValue(layer: string, because: string, fix: string): DcganError {
  return new DcganError('config.batch-norm', {
    happened: `${layer} would get one value per channel: ${because}.`,
    expected: 'Batch norm needs at least two: the variance of one value is 0, so every output would be a constant.',
    fix,
  });
}
