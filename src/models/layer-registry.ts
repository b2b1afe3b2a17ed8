// Layer type -> how it works. A new layer is one line here, one file in layers/ and one entry in config/layers.ts. Residual layers
// are made of others, so networks walk and apply them themselves.
import type { SingleLayer } from '../config/schema/layers.ts';
import type { LayerKind, LayerOf } from './layer.ts';
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

const kinds: { [Type in SingleLayer['type']]: LayerKind<LayerOf<Type>> } = {
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

/** The kind of a layer, typed so that it takes that layer's options. */
export function kindOf(layer: SingleLayer): LayerKind<SingleLayer> {
  return kinds[layer.type] as LayerKind<SingleLayer>;
}
