// The tensors of a match as this program's variables.
import { DcganError } from '../errors.ts';
import type { Network } from '../models/network.ts';
import type { NamedTensors } from '../outputs/safetensors.ts';
import type { Match, MatchedParameter } from './match-network.ts';
import { rearrangeDense, rearrangeKernel, rearrangeVector } from './rearrange.ts';
import { orderAfter, orderBefore } from './vector-order.ts';

/**
 * Reads every tensor of a network and puts its values in this program's order.
 * @throws DcganError `checkpoint.not-finite` naming the key; Error where the file is damaged
 */
export async function convertNetwork(network: Network, match: Match): Promise<NamedTensors> {
  const tensors: NamedTensors = {};
  for (const { index, parameters } of match.layers) {
    for (const parameter of parameters) {
      const values = await parameter.tensor.read();
      checkFinite(values, parameter.tensor.key);
      tensors[parameter.name] = { shape: parameter.shape, values: rearrange(network, index, parameter, values) };
    }
  }
  return tensors;
}

function rearrange(network: Network, index: number, { part, tensor }: MatchedParameter, values: Float32Array) {
  const { type } = network.layers[index]!.layer;
  const before = orderBefore(network, index);
  const after = orderAfter(network, index);
  if (part === 'kernel') {
    return type === 'dense'
      ? rearrangeDense(values, tensor.shape, { before, after })
      : rearrangeKernel(values, tensor.shape);
  }
  if (part === 'v') return rearrangeSingular(network, index, values);
  return rearrangeVector(values, type === 'batchNorm' ? (after ?? before) : after);
}

/** The right singular vector of spectral normalisation is laid out like a kernel of one output. */
function rearrangeSingular(network: Network, index: number, values: Float32Array): Float32Array {
  const { layer, parameters } = network.layers[index]!;
  if (layer.type === 'dense') return rearrangeVector(values, orderBefore(network, index));
  const [height, width] = parameters[0]!.shape;
  return rearrangeKernel(values, [1, values.length / (height! * width!), height!, width!]);
}

function checkFinite(values: Float32Array, key: string): void {
  if (values.every(Number.isFinite)) return;
  throw new DcganError('checkpoint.not-finite', {
    happened: `${key} holds values that are no numbers (NaN or infinite).`,
  });
}
