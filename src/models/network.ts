// A network: a stack of layers with inferred shapes, applied to tensors with variables looked up by name.
import { add, type Scalar, type Tensor, type Tensor1D } from '@tensorflow/tfjs-core';
import type { Layer } from '../config/schema/layers.ts';
import type { Shape, Tensors } from '../engines/engine.ts';
import { elementCount } from '../formats/tensor-shape.ts';
import { inferShapes, isResidual, type NamedParameter, type ShapedLayer, singleLayersOf } from './infer-shapes.ts';
import type { Initializers } from './initial-distributions.ts';
import type { LayerContext, LayerOf, Parameter } from './layer.ts';
import { definitionOf } from './layer-registry.ts';
import { isUpsampledConv, upsampledConv } from './layers/upsampled-conv.ts';

export type NetworkName = 'generator' | 'discriminator';

export interface Network {
  /** First part of the variables' names, `name/place/part`. */
  name: NetworkName | 'classifier';
  layers: readonly ShapedLayer[];
  input: Shape;
  output: Shape;
}

/** @throws DcganError `config.shape` naming the first layer that does not fit */
export function buildNetwork(
  name: Network['name'],
  { layers, ...initializers }: { layers: readonly Layer[] } & Initializers,
  input: Shape,
): Network {
  const shaped = inferShapes(layers, input, { network: name, initializers }, String);
  return { name, layers: shaped, input, output: shaped.at(-1)!.output };
}

export interface ApplyOptions {
  variables: Tensors;
  training: boolean;
  /** Inference only, scalar: training passes of the moving averages so far; may be omitted after many. */
  trainedPasses?: Scalar;
  /** int32 [1]; required in training if a layer is random. */
  noiseSeed?: Tensor1D;
  /** Numbers the random draws of a step; shared by all passes in the step. */
  nextDraw?: () => number;
}

/**
 * x: [B, ...input] -> y: [B, ...output], and the new values of variables that layers update themselves: batch-norm statistics
 * and singular vectors.
 */
export function applyNetwork(
  network: Network,
  x: Tensor,
  options: ApplyOptions,
): { y: Tensor; updates: Record<string, Tensor> } {
  const updates: Record<string, Tensor> = {};
  const contextOf = (place: string): LayerContext => {
    const nameOf = (part: string) => `${network.name}/${place}/${part}`;
    return {
      training: options.training,
      trainedPasses: options.trainedPasses,
      parameter: (part) => options.variables[nameOf(part)]!,
      update: (part, next) => {
        updates[nameOf(part)] = next;
      },
      noiseSeed: options.noiseSeed,
      nextDraw: () => options.nextDraw!(),
    };
  };
  return { y: applyLayers(network.layers, x, contextOf), updates };
}

function applyLayers(layers: readonly ShapedLayer[], x: Tensor, contextOf: (place: string) => LayerContext): Tensor {
  let y = x;
  for (let index = 0; index < layers.length; index++) {
    const shaped = layers[index]!;
    const next = layers[index + 1];
    if (isResidual(shaped)) {
      y = add(applyLayers(shaped.layers, y, contextOf), applyLayers(shaped.shortcut, y, contextOf));
    } else if (isUpsampledConv(shaped.layer, next?.layer)) {
      index++; // applies both layers
      y = upsampledConv(shaped.layer as LayerOf<'upsample'>, next!.layer as LayerOf<'conv'>, y, contextOf(next!.place));
    } else y = definitionOf(shaped.layer).apply(shaped.layer, y, contextOf(shaped.place));
  }
  return y;
}

export function parametersOf({ layers }: Network): NamedParameter[] {
  return singleLayersOf(layers).flatMap(({ parameters }) => parameters);
}

/** `all` as Keras counts, with batch-norm statistics and singular vectors; `trainable` as PyTorch counts. */
export function countParameters(network: Network): { all: number; trainable: number } {
  const count = (parameters: Parameter[]) => parameters.reduce((sum, { shape }) => sum + elementCount(shape), 0);
  const parameters = parametersOf(network);
  return { all: count(parameters), trainable: count(parameters.filter(({ trainable }) => trainable)) };
}
