// Converts matched tensors to variables.
import { DcganError } from '../errors.ts';
import type { NamedTensors } from '../formats/safetensors.ts';
import type { Network } from '../models/network.ts';
import type { Convention } from './match/convention.ts';
import type { Match } from './match/match-network.ts';

/**
 * Reads every tensor of a network and rearranges its values.
 * @throws DcganError `checkpoint.not-finite` naming the key; Error if the file is damaged
 */
export async function convertNetwork(network: Network, match: Match, convention: Convention): Promise<NamedTensors> {
  const tensors: NamedTensors = {};
  for (const { index, parameters } of match.layers) {
    for (const { name, part, shape, tensor } of parameters) {
      const values = await tensor.read();
      checkFinite(values, tensor.key);
      tensors[name] = { shape, values: convention.rearrange(network, index, part, values) };
    }
  }
  return tensors;
}

function checkFinite(values: Float32Array, key: string): void {
  if (values.every(Number.isFinite)) return;
  const happened = `${key} contains NaN or infinite values.`;
  throw new DcganError('checkpoint.not-finite', { happened }, { data: { key } });
}
