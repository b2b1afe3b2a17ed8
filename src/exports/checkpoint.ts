// Export format checkpoint: a small dcgan checkpoint of the generator with 16-bit kernels, for sampling but not for training.
import { elementCount } from '../formats/tensor-shape.ts';
import { fitsFloat16, type WrittenType } from '../formats/value-types.ts';
import { parametersOf } from '../models/network.ts';
import { writeStepFolder } from '../runs/step-folder.ts';
import type { ExportFormat } from './format.ts';

export const exportCheckpoint: ExportFormat = async ({ generator, step, dataFingerprint = '' }, folder) => {
  const { config, network, weights, passes } = generator;
  const tensors = parametersOf(network).map(({ name, shape }) => {
    const values = weights[name]!;
    return [name, { shape, values, type: typeFor(shape, values) }];
  });
  // without a training position, so that training cannot resume from it
  const state = { config, dataFingerprint, generatorPasses: passes };
  await writeStepFolder(folder, { step, tensors: Object.fromEntries(tensors), state });
  return ['weights.safetensors', 'state.json'];
};

/** 16 bits for kernels, which are most of a generator's size; biases and statistics stay exact. */
function typeFor(shape: readonly number[], values: Float32Array): WrittenType {
  if (shape.length < 2 || elementCount(shape) === 0) return 'F32';
  return fitsFloat16(values) ? 'F16' : 'BF16';
}
