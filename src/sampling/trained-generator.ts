// A trained generator: all that sampling and exporting need from a checkpoint.
import type { Config } from '../config/config.ts';
import type { HostValues } from '../engines/engine.ts';
import { DcganError } from '../errors.ts';
import { elementCount } from '../formats/tensor-shape.ts';
import { averagedGenerator } from '../models/average.ts';
import { type Network, parametersOf } from '../models/network.ts';

export interface TrainedGenerator {
  config: Config;
  network: Network;
  /** Its variables by name; averaged weights, if there are any. */
  weights: HostValues;
  /** Training passes so far; 0 uses its batch-norm statistics as they are. */
  passes: number;
}

/**
 * The generator's variables from a checkpoint: averaged weights if there are any, else its own.
 * @throws DcganError `checkpoint.mismatch` if a variable is missing or has another length
 */
export function weightsOf(network: Network, values: Readonly<Record<string, { values: Float32Array }>>): HostValues {
  const averaged = averagedGenerator(network, values) as Record<string, { values: Float32Array } | undefined>;
  const parameters = parametersOf(network);
  const source = parameters.every(({ name }) => averaged[name]) ? averaged : values;
  return Object.fromEntries(
    parameters.map(({ name, shape }) => {
      const found = source[name]?.values;
      const expected = elementCount(shape);
      if (found?.length === expected) return [name, found];
      throw new DcganError('checkpoint.mismatch', {
        happened: `The checkpoint has ${found ? `${found.length} values` : 'nothing'} for ${name}.`,
        expected: `Its config needs [${shape.join(', ')}].`,
      });
    }),
  );
}
