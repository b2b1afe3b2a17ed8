// Estimates the memory of a training run from the shapes of its networks.
import type { Config } from '../../config/config.ts';
import type { SingleLayer } from '../../config/schema/layers.ts';
import { elementCount } from '../../formats/tensor-shape.ts';
import { singleLayersOf } from '../../models/infer-shapes.ts';
import { hasTrait } from '../../models/layer-registry.ts';
import { countParameters, type Network } from '../../models/network.ts';
import type { Networks } from '../../models/networks.ts';

export interface MemoryNeed {
  /** Approximate peak of the whole process. */
  expectedMiB: number;
  /** A lower bound: every variable once, and what one pass of the generator keeps for its gradient. */
  minMiB: number;
}

/** Fitted to `npm run bench` with the native engine in float32: mnist-test4 727 MiB, afg 958, emoji-15817e6 1,242. */
const programMiB = 400; // Node, TensorFlow, the graph
const copiesOfVariables = 7;
const copiesOfActivations = 1.4;

/** Variables: weights, two moments per trainable one, and averages. Activations of a step: G's, and D's twice. */
export function estimateMemory({ training }: Config, { generator, discriminator }: Networks): MemoryNeed {
  const counts = [generator, discriminator].map(countParameters);
  const averages = training.ema ? counts[0]!.all : 0;
  const variablesMiB = toMiB(counts.reduce((sum, { all, trainable }) => sum + all + 2 * trainable, averages));
  const activationsMiB = (network: Network) => toMiB(training.batchSize * outputValues(network, () => true));
  const keptMiB = toMiB(training.batchSize * outputValues(generator, (layer) => hasTrait(layer, 'kernel')));
  return {
    expectedMiB:
      programMiB +
      copiesOfVariables * variablesMiB +
      copiesOfActivations * (activationsMiB(generator) + 2 * activationsMiB(discriminator)),
    minMiB: variablesMiB + keptMiB,
  };
}

/** Output values per image, summed over the layers that count. */
function outputValues({ layers }: Network, counts: (layer: SingleLayer) => boolean): number {
  return singleLayersOf(layers).reduce(
    (sum, { layer, output }) => (counts(layer) ? sum + elementCount(output) : sum),
    0,
  );
}

function toMiB(float32s: number): number {
  return (4 * float32s) / 2 ** 20;
}
