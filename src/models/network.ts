// A network: a stack of layers walked once for its shapes, then applied to tensors with variables looked up by name.
import type { Scalar, Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import type { Layer } from '../config/layers.ts';
import type { Shape, Tensors } from '../engines/engine.ts';
import { elementCount } from '../engines/feeds.ts';
import { DcganError } from '../errors.ts';
import { kindOf } from './kinds.ts';
import { type LayerContext, type LayerOf, type Parameter, ShapeProblem } from './layer.ts';
import { isUpsampledConv, upsampledConv } from './layers/upsampled-conv.ts';
import type { Initializers } from './starts.ts';

export type NetworkName = 'generator' | 'discriminator';

/** One layer with the shapes it was found to have, without the batch. */
interface WalkedLayer {
  layer: Layer;
  input: Shape;
  output: Shape;
  parameters: (Parameter & { name: string })[];
}

export interface Network {
  /** Variables are called `name/index/part`. */
  name: NetworkName | 'classifier';
  layers: readonly WalkedLayer[];
  input: Shape;
  output: Shape;
}

/** Walks the shapes through a stack; the first layer that does not fit is an error that names it. */
export function buildNetwork(
  name: Network['name'],
  stack: { layers: readonly Layer[] } & Initializers,
  input: Shape,
): Network {
  let shape = input;
  const layers = stack.layers.map((layer, index) => {
    const walked = walkLayer(name, layer, index, shape, stack);
    shape = walked.output;
    return walked;
  });
  return { name, layers, input, output: shape };
}

function walkLayer(
  network: Network['name'],
  layer: Layer,
  index: number,
  input: Shape,
  initializers: Initializers,
): WalkedLayer {
  const kind = kindOf(layer);
  const output = outputShape(network, layer, index, input);
  const parameters = kind.parameters?.(layer, input, initializers) ?? [];
  return {
    layer,
    input,
    output,
    parameters: parameters.map((parameter) => ({ ...parameter, name: `${network}/${index}/${parameter.part}` })),
  };
}

function outputShape(network: Network['name'], layer: Layer, index: number, input: Shape): Shape {
  try {
    return kindOf(layer).outputShape(layer, input);
  } catch (error) {
    if (!(error instanceof ShapeProblem)) throw error;
    throw new DcganError('config.shape', {
      happened: `${network}, layer ${index} (${layer.type}): ${error.message}; its input is [${input.join(', ')}].`,
      ...(error.fix ? { fix: error.fix } : {}),
    });
  }
}

/** How a network is applied: which variables it reads, whether it trains, and where random masks come from. */
export interface Pass {
  variables: Tensors;
  training: boolean;
  /** Scalar: training passes that the moving averages have seen; leave out for many. Only for inference. */
  trainedPasses?: Scalar;
  /** int32 [1]; needed if the network has dropout and trains. */
  dropoutSeed?: Tensor1D;
  /** Numbers the random draws of a step; shared by all passes of the step. */
  nextDraw?: () => number;
}

/** Applies a network. x: [B, ...input]. Gives y: [B, ...output] and what layers changed themselves (batch-norm statistics, singular vectors) by variable name. */
export function applyNetwork(network: Network, x: Tensor, pass: Pass): { y: Tensor; updates: Record<string, Tensor> } {
  const updates: Record<string, Tensor> = {};
  const contextOf = (index: number): LayerContext => {
    const nameOf = (part: string) => `${network.name}/${index}/${part}`;
    return {
      training: pass.training,
      trainedPasses: pass.trainedPasses,
      parameter: (part) => pass.variables[nameOf(part)]!,
      update: (part, next) => {
        updates[nameOf(part)] = next;
      },
      dropoutSeed: pass.dropoutSeed,
      nextDraw: () => pass.nextDraw!(),
    };
  };
  let y = x;
  for (let index = 0; index < network.layers.length; index++) {
    const { layer } = network.layers[index]!;
    const next = network.layers[index + 1]?.layer;
    if (isUpsampledConv(layer, next)) {
      index++; // two layers in one
      y = upsampledConv(layer as LayerOf<'upsample'>, next as LayerOf<'conv'>, y, contextOf(index));
    } else y = kindOf(layer).apply(layer, y, contextOf(index));
  }
  return { y, updates };
}

export function parametersOf(network: Network): (Parameter & { name: string })[] {
  return network.layers.flatMap((layer) => layer.parameters);
}

/** `all` as Keras counts (with batch-norm statistics and singular vectors), `trainable` as PyTorch counts. */
export function countParameters(network: Network): { all: number; trainable: number } {
  const count = (parameters: Parameter[]) => parameters.reduce((sum, { shape }) => sum + elementCount(shape), 0);
  const parameters = parametersOf(network);
  return { all: count(parameters), trainable: count(parameters.filter(({ trainable }) => trainable)) };
}
