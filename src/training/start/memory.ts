// How much memory a training takes, foreseen from the shapes of its networks.
import type { Config } from '../../config/config.ts';
import { elementCount } from '../../formats/tensor-shape.ts';
import { countParameters, type Network } from '../../models/network.ts';
import type { Networks } from '../../models/networks.ts';
import { singleLayersOf } from '../../models/walk.ts';

export interface MemoryNeed {
  /** About the peak of the whole process. */
  expectedMiB: number;
  /** Less it cannot be: every variable once, and what one pass of the generator keeps for its gradient. */
  leastMiB: number;
}

/** Fitted to what `npm run bench` measured with the native engine in float32: mnist-test4 727 MiB, afg 958, emoji-15817e6 1,242. */
const programMiB = 400; // Node, TensorFlow, the graph
const copiesOfVariables = 7;
const copiesOfActivations = 1.4;

/** Variables are weights, two moments for each trainable one, and averages; activations of a step are G's, and D's twice. */
export function foreseeMemory({ training }: Config, { generator, discriminator }: Networks): MemoryNeed {
  const counts = [generator, discriminator].map(countParameters);
  const averages = training.ema ? counts[0]!.all : 0;
  const variablesMiB = toMiB(counts.reduce((sum, { all, trainable }) => sum + all + 2 * trainable, averages));
  const activationsMiB = (network: Network) => toMiB(training.batchSize * outputsOf(network, () => true));
  const keptMiB = toMiB(training.batchSize * outputsOf(generator, (type) => /^(conv|convTranspose|dense)$/.test(type)));
  return {
    expectedMiB:
      programMiB +
      copiesOfVariables * variablesMiB +
      copiesOfActivations * (activationsMiB(generator) + 2 * activationsMiB(discriminator)),
    leastMiB: variablesMiB + keptMiB,
  };
}

/** Values that some layers give per image. */
function outputsOf({ layers }: Network, counts: (type: string) => boolean): number {
  return singleLayersOf(layers).reduce(
    (sum, { layer, output }) => (counts(layer.type) ? sum + elementCount(output) : sum),
    0,
  );
}

function toMiB(float32s: number): number {
  return (4 * float32s) / 2 ** 20;
}
