// Shape inference: the input and output shape and the parameters of every layer of a stack, or an error naming the first misfit.
import type { Layer, ResidualLayer, SingleLayer } from '../config/schema/layers.ts';
import type { Shape } from '../engines/engine.ts';
import { DcganError } from '../errors.ts';
import type { Initializers } from './initial-distributions.ts';
import { type Parameter, ShapeProblem } from './layer.ts';
import { definitionOf } from './layer-registry.ts';
import { shortcutOf } from './layers/residual.ts';

export type NamedParameter = Parameter & { name: string };

interface Shaped<Type extends Layer> {
  layer: Type;
  /** Its index from 0; inside the residual layer 3 `3/0`, and `3/shortcut` for its shortcut. */
  place: string;
  /** Shapes are without the batch axis. */
  input: Shape;
  output: Shape;
  /** Empty for a residual layer, whose inner layers have their own. */
  parameters: NamedParameter[];
}

export type ShapedSingle = Shaped<SingleLayer>;

export interface ShapedResidual extends Shaped<ResidualLayer> {
  /** The output is the sum of both branches; an empty shortcut is the identity. */
  layers: ShapedLayer[];
  shortcut: ShapedSingle[];
}

export type ShapedLayer = ShapedSingle | ShapedResidual;

/** The network's name, for variables and messages, and its default initializers. */
export interface NetworkContext {
  network: string;
  initializers: Initializers;
}

/** @throws DcganError `config.shape` */
export function inferShapes<Type extends Layer>(
  layers: readonly Type[],
  input: Shape,
  context: NetworkContext,
  placeOf: (index: number) => string,
): (Type extends SingleLayer ? ShapedSingle : ShapedLayer)[] {
  let shape = input;
  return layers.map((layer, index) => {
    const shaped = inferShape(layer, shape, context, placeOf(index));
    shape = shaped.output;
    return shaped as Type extends SingleLayer ? ShapedSingle : ShapedLayer;
  });
}

function inferShape(layer: Layer, input: Shape, context: NetworkContext, place: string): ShapedLayer {
  return layer.type === 'residual'
    ? inferResidual(layer, input, context, place)
    : inferSingle(layer, input, context, place);
}

function inferSingle(
  layer: SingleLayer,
  input: Shape,
  { network, initializers }: NetworkContext,
  place: string,
): ShapedSingle {
  const definition = definitionOf(layer);
  const output = namingLayer({ network, layer, place, input }, () => definition.outputShape(layer, input));
  const parameters = definition.parameters?.(layer, input, initializers) ?? [];
  const named = parameters.map((parameter) => ({ ...parameter, name: `${network}/${place}/${parameter.part}` }));
  return { layer, place, input, output, parameters: named };
}

function inferResidual(layer: ResidualLayer, input: Shape, context: NetworkContext, place: string): ShapedResidual {
  const layers = inferShapes(layer.layers, input, context, (index) => `${place}/${index}`);
  const { output } = layers.at(-1)!;
  const shortcutLayers = namingLayer({ network: context.network, layer, place, input }, () =>
    shortcutOf(layer, input, output),
  );
  const shortcut = inferShapes(shortcutLayers, input, context, () => `${place}/shortcut`);
  return { layer, place, input, output, parameters: [], layers, shortcut };
}

/** Turns a ShapeProblem into an error that names the layer. */
function namingLayer<Result>(
  { network, layer, place, input }: { network: string; layer: Layer; place: string; input: Shape },
  infer: () => Result,
): Result {
  try {
    return infer();
  } catch (error) {
    if (!(error instanceof ShapeProblem)) throw error;
    throw new DcganError('config.shape', {
      happened: `${network}, layer ${place} (${layer.type}): ${error.message}; its input is [${input.join(', ')}].`,
      ...(error.fix ? { fix: error.fix } : {}),
    });
  }
}

/** All layers except residual ones, in order of computation: inner layers before their shortcut. */
export function singleLayersOf(layers: readonly ShapedLayer[]): ShapedSingle[] {
  return layers.flatMap((layer) =>
    isResidual(layer) ? [...singleLayersOf(layer.layers), ...layer.shortcut] : [layer],
  );
}

export function isResidual(shaped: ShapedLayer): shaped is ShapedResidual {
  return shaped.layer.type === 'residual';
}
