// A generator with what it has learned: all that sampling, interpolating and exporting need of a checkpoint.
import type { Config } from '../config/config.ts';
import type { HostValues } from '../engines/engine.ts';
import { DcganError } from '../errors.ts';
import { elementCount } from '../formats/tensor-shape.ts';
import { averagedGenerator } from '../models/average.ts';
import { type Network, parametersOf } from '../models/network.ts';

export interface TrainedGenerator {
  config: Config;
  network: Network;
  /** Its variables by name, averaged ones where the config averages. */
  weights: HostValues;
  /** How often it has run in training; 0 where its batch-norm statistics are to be taken as they are. */
  passes: number;
}

/**
 * Picks a generator's variables out of a checkpoint's: averages if there are any, its own if not.
 * @throws DcganError `checkpoint.mismatch` where a variable is missing or has another length
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
