// Layer type -> definition; CONTRIBUTING.md says how to add one. Residual layers consist of other layers, so infer-shapes.ts and
// network.ts handle them.
import type { SingleLayer } from '../config/schema/layers.ts';
import type { LayerDefinition, LayerOf, LayerTrait } from './layer.ts';
import { leakyRelu, relu, sigmoid, tanh } from './layers/activation.ts';
import { averagePool } from './layers/average-pool.ts';
import { batchNorm } from './layers/batch-norm.ts';
import { conv } from './layers/conv.ts';
import { convTranspose } from './layers/conv-transpose.ts';
import { dense } from './layers/dense.ts';
import { dropout } from './layers/dropout.ts';
import { minibatchStdDev } from './layers/minibatch-std-dev.ts';
import { flatten, reshape } from './layers/reshape.ts';
import { upsample } from './layers/upsample.ts';

const definitions: { [Type in SingleLayer['type']]: LayerDefinition<LayerOf<Type>> } = {
  dense,
  conv,
  convTranspose,
  batchNorm,
  relu,
  leakyRelu,
  tanh,
  sigmoid,
  dropout,
  upsample,
  averagePool,
  minibatchStdDev,
  reshape,
  flatten,
};

/** The definition of a layer, typed so that it takes that layer's options. */
export function definitionOf(layer: SingleLayer): LayerDefinition<SingleLayer> {
  return definitions[layer.type] as LayerDefinition<SingleLayer>;
}

export function hasTrait({ type }: Pick<SingleLayer, 'type'>, trait: LayerTrait): boolean {
  return definitions[type].traits.includes(trait);
}
