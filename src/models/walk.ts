// The walk through a stack of layers: the shapes between them, their variables, and the first that does not fit.
import type { Layer, ResidualLayer, SingleLayer } from '../config/schema/layers.ts';
import type { Shape } from '../engines/engine.ts';
import { DcganError } from '../errors.ts';
import type { Initializers } from './initial-distributions.ts';
import { type Parameter, ShapeProblem } from './layer.ts';
import { definitionOf } from './layer-registry.ts';
import { shortcutOf } from './layers/residual.ts';

export type NamedParameter = Parameter & { name: string };

interface Walked<Type extends Layer> {
  layer: Type;
  /** Its number, counted from 0; of a layer inside a residual one `3/0`, of the shortcut there `3/shortcut`. */
  place: string;
  /** Without the batch. */
  input: Shape;
  output: Shape;
  /** Its own: a residual layer has none besides those of its layers. */
  parameters: NamedParameter[];
}

export type WalkedSingle = Walked<SingleLayer>;

export interface WalkedResidual extends Walked<ResidualLayer> {
  /** Its output is the sum of what both give; a shortcut without layers gives the input as it is. */
  layers: WalkedLayer[];
  shortcut: WalkedSingle[];
}

/** One layer with the shapes it was found to have. */
export type WalkedLayer = WalkedSingle | WalkedResidual;

/** Who is walked: its name for variables and messages, and how layers start that do not say it themselves. */
export interface Walker {
  network: string;
  initializers: Initializers;
}

/** @param places of the layers, in their order */
export function walkLayers<Type extends Layer>(
  layers: readonly Type[],
  input: Shape,
  walker: Walker,
  placeOf: (index: number) => string,
): (Type extends SingleLayer ? WalkedSingle : WalkedLayer)[] {
  let shape = input;
  return layers.map((layer, index) => {
    const walked = walkLayer(layer, shape, walker, placeOf(index));
    shape = walked.output;
    return walked as Type extends SingleLayer ? WalkedSingle : WalkedLayer;
  });
}

function walkLayer(layer: Layer, input: Shape, walker: Walker, place: string): WalkedLayer {
  return layer.type === 'residual'
    ? walkResidual(layer, input, walker, place)
    : walkSingle(layer, input, walker, place);
}

function walkSingle(layer: SingleLayer, input: Shape, { network, initializers }: Walker, place: string): WalkedSingle {
  const definition = definitionOf(layer);
  const output = fitting({ network, layer, place, input }, () => definition.outputShape(layer, input));
  const parameters = definition.parameters?.(layer, input, initializers) ?? [];
  const named = parameters.map((parameter) => ({ ...parameter, name: `${network}/${place}/${parameter.part}` }));
  return { layer, place, input, output, parameters: named };
}

function walkResidual(layer: ResidualLayer, input: Shape, walker: Walker, place: string): WalkedResidual {
  const layers = walkLayers(layer.layers, input, walker, (index) => `${place}/${index}`);
  const { output } = layers.at(-1)!;
  const around = fitting({ network: walker.network, layer, place, input }, () => shortcutOf(layer, input, output));
  const shortcut = walkLayers(around, input, walker, () => `${place}/shortcut`);
  return { layer, place, input, output, parameters: [], layers, shortcut };
}

/** @throws DcganError `config.shape` naming the layer that cannot take its input */
function fitting<Result>(
  { network, layer, place, input }: { network: string; layer: Layer; place: string; input: Shape },
  find: () => Result,
): Result {
  try {
    return find();
  } catch (error) {
    if (!(error instanceof ShapeProblem)) throw error;
    throw new DcganError('config.shape', {
      happened: `${network}, layer ${place} (${layer.type}): ${error.message}; its input is [${input.join(', ')}].`,
      ...(error.fix ? { fix: error.fix } : {}),
    });
  }
}

/** All layers that are not made of others, in the order in which they compute: those inside before their shortcut. */
export function singleLayersOf(layers: readonly WalkedLayer[]): WalkedSingle[] {
  return layers.flatMap((walked) =>
    isResidual(walked) ? [...singleLayersOf(walked.layers), ...walked.shortcut] : [walked],
  );
}

export function isResidual(walked: WalkedLayer): walked is WalkedResidual {
  return walked.layer.type === 'residual';
}
