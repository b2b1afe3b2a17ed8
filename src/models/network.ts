// A network: a stack of layers walked once for its shapes, then applied to tensors with variables looked up by name.
import { add, type Scalar, type Tensor, type Tensor1D } from '@tensorflow/tfjs-core';
import type { Layer } from '../config/schema/layers.ts';
import type { Shape, Tensors } from '../engines/engine.ts';
import { elementCount } from '../formats/tensor-shape.ts';
import type { Initializers } from './initial-distributions.ts';
import type { LayerContext, LayerOf, Parameter } from './layer.ts';
import { definitionOf } from './layer-registry.ts';
import { isUpsampledConv, upsampledConv } from './layers/upsampled-conv.ts';
import { isResidual, type NamedParameter, singleLayersOf, type WalkedLayer, walkLayers } from './walk.ts';

export type NetworkName = 'generator' | 'discriminator';

export interface Network {
  /** Variables are called `name/place/part`. */
  name: NetworkName | 'classifier';
  layers: readonly WalkedLayer[];
  input: Shape;
  output: Shape;
}

/** Walks the shapes through a stack; the first layer that does not fit is an error that names it. */
export function buildNetwork(
  name: Network['name'],
  { layers, ...initializers }: { layers: readonly Layer[] } & Initializers,
  input: Shape,
): Network {
  const walked = walkLayers(layers, input, { network: name, initializers }, String);
  return { name, layers: walked, input, output: walked.at(-1)!.output };
}

/** How a network is applied: which variables it reads, whether it trains, and where random masks come from. */
export interface Pass {
  variables: Tensors;
  training: boolean;
  /** Scalar: training passes that the moving averages have seen; leave out for many. Only for inference. */
  trainedPasses?: Scalar;
  /** int32 [1]; needed if the network has dropout and trains. */
  noiseSeed?: Tensor1D;
  /** Numbers the random draws of a step; shared by all passes of the step. */
  nextDraw?: () => number;
}

/** Applies a network. x: [B, ...input]. Gives y: [B, ...output] and what layers changed themselves (batch-norm statistics, singular vectors) by variable name. */
export function applyNetwork(network: Network, x: Tensor, pass: Pass): { y: Tensor; updates: Record<string, Tensor> } {
  const updates: Record<string, Tensor> = {};
  const contextOf = (place: string): LayerContext => {
    const nameOf = (part: string) => `${network.name}/${place}/${part}`;
    return {
      training: pass.training,
      trainedPasses: pass.trainedPasses,
      parameter: (part) => pass.variables[nameOf(part)]!,
      update: (part, next) => {
        updates[nameOf(part)] = next;
      },
      noiseSeed: pass.noiseSeed,
      nextDraw: () => pass.nextDraw!(),
    };
  };
  return { y: applyLayers(network.layers, x, contextOf), updates };
}

function applyLayers(layers: readonly WalkedLayer[], x: Tensor, contextOf: (place: string) => LayerContext): Tensor {
  let y = x;
  for (let index = 0; index < layers.length; index++) {
    const walked = layers[index]!;
    const next = layers[index + 1];
    if (isResidual(walked)) {
      y = add(applyLayers(walked.layers, y, contextOf), applyLayers(walked.shortcut, y, contextOf));
    } else if (isUpsampledConv(walked.layer, next?.layer)) {
      index++; // two layers in one
      y = upsampledConv(walked.layer as LayerOf<'upsample'>, next!.layer as LayerOf<'conv'>, y, contextOf(next!.place));
    } else y = definitionOf(walked.layer).apply(walked.layer, y, contextOf(walked.place));
  }
  return y;
}

export function parametersOf({ layers }: Network): NamedParameter[] {
  return singleLayersOf(layers).flatMap(({ parameters }) => parameters);
}

/** `all` as Keras counts (with batch-norm statistics and singular vectors), `trainable` as PyTorch counts. */
export function countParameters(network: Network): { all: number; trainable: number } {
  const count = (parameters: Parameter[]) => parameters.reduce((sum, { shape }) => sum + elementCount(shape), 0);
  const parameters = parametersOf(network);
  return { all: count(parameters), trainable: count(parameters.filter(({ trainable }) => trainable)) };
}
