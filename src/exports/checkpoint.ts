// checkpoint: a small checkpoint of this program, a generator with kernels of 16 bits, for sampling and not for training.
import { elementCount } from '../formats/tensor-shape.ts';
import { fitHalves, type WrittenType } from '../formats/value-types.ts';
import { parametersOf } from '../models/network.ts';
import { writeStepFolder } from '../runs/step-folder.ts';
import type { ExportFormat } from './format.ts';

export const exportCheckpoint: ExportFormat = async ({ generator, step, dataFingerprint = '' }, folder) => {
  const { config, network, weights, passes } = generator;
  const tensors = parametersOf(network).map(({ name, shape }) => {
    const values = weights[name]!;
    return [name, { shape, values, type: typeFor(shape, values) }];
  });
  // without a position: no training can go on from it
  const state = { config, dataFingerprint, generatorPasses: passes };
  await writeStepFolder(folder, { step, tensors: Object.fromEntries(tensors), state });
  return ['weights.safetensors', 'state.json'];
};

/** Kernels are nearly all of a generator; its biases and statistics stay exact. */
function typeFor(shape: readonly number[], values: Float32Array): WrittenType {
  if (shape.length < 2 || elementCount(shape) === 0) return 'F32';
  return fitHalves(values) ? 'F16' : 'BF16';
}
