// Matches the layers of a state_dict to those of a network: the n-th dense layer to the n-th, and likewise convolutions and batch norms.
import { type ShapedSingle, singleLayersOf } from '../../models/infer-shapes.ts';
import type { Network } from '../../models/network.ts';
import type { FileTensor } from '../files/state-dict.ts';
import type { Candidate } from './candidates.ts';
import type { Convention, FileLayer, LayerKind } from './convention.ts';
import { findUnordered, orderByShape } from './order-by-shape.ts';

type WantedLayer = ShapedSingle & { index: number };

/** A variable of the network and its tensor in the file. */
interface MatchedParameter {
  /** `generator/4/kernel` */
  name: string;
  part: string;
  shape: readonly number[];
  tensor: FileTensor & { key: string };
}

interface MatchedLayer {
  /** Index in `singleLayersOf`. */
  index: number;
  place: string;
  type: string;
  parameters: MatchedParameter[];
}

export interface Match {
  layers: MatchedLayer[];
  /** Mismatches, one sentence each; empty if everything fits. */
  problems: string[];
}

const kinds: Partial<Record<string, LayerKind>> = {
  dense: 'dense',
  conv: 'convolution',
  convTranspose: 'convolution',
  batchNorm: 'batch norm',
};

/** Matches every parameter of a network to a tensor, and every tensor to a parameter. */
export function matchNetwork(network: Network, { layers: found, convention, inOrder }: Candidate): Match {
  const problems = found
    .filter(({ kind }) => kind === 'unknown')
    .map(({ parts }) => `${[...parts.values()][0]!.key} belongs to no layer that is known here`);
  const layers: MatchedLayer[] = [];
  for (const kind of ['dense', 'convolution', 'batch norm'] as const) {
    const wanted = singleLayersOf(network.layers)
      .map((shaped, index) => ({ ...shaped, index }))
      .filter(({ layer }) => kinds[layer.type] === kind);
    const given = found.filter((layer) => layer.kind === kind);
    if (wanted.length !== given.length) problems.push(describeCounts(kind, wanted, given));
    const ordered = inOrder ? given : orderFor(wanted, given, convention, problems);
    const pairs = wanted.slice(0, given.length);
    for (const [i, layer] of pairs.entries()) {
      const { matched, problems: more } = matchLayer(layer, ordered[i]!, convention);
      layers.push(matched);
      problems.push(...more);
    }
  }
  return { layers: layers.sort((a, b) => a.index - b.index), problems };
}

function orderFor(
  wanted: readonly WantedLayer[],
  given: readonly FileLayer[],
  convention: Convention,
  problems: string[],
): FileLayer[] {
  const unordered = wanted.length === given.length ? findUnordered(given) : undefined;
  if (unordered) {
    const [first, second] = unordered;
    problems.push(`${first.key} and ${second.key} have the same shapes, and this kind of file keeps no order`);
  }
  return orderByShape(
    given,
    wanted.length,
    (i, layer) => matchLayer(wanted[i]!, layer, convention).problems.length === 0,
  );
}

function matchLayer(
  { layer, index, place, parameters }: WantedLayer,
  found: FileLayer,
  { names, shapeOf }: Convention,
): { matched: MatchedLayer; problems: string[] } {
  const named = `layer ${place} (${layer.type})`;
  const problems: string[] = [];
  const matched: MatchedParameter[] = [];
  for (const { name, part, shape } of parameters) {
    const tensor = found.parts.get(names[part] ?? '');
    const expected = shapeOf(shape);
    if (!tensor)
      problems.push(`${found.key} has no ${names[part] ?? part}, but ${named} takes [${expected.join(', ')}]`);
    else if (!sameShape(tensor.shape, expected)) {
      problems.push(`${tensor.key} is [${tensor.shape.join(', ')}], but ${named} takes [${expected.join(', ')}]`);
    } else matched.push({ name, part, shape, tensor });
  }
  const taken = new Set(parameters.map(({ part }) => names[part]));
  for (const [part, { key, shape }] of found.parts) {
    if (!taken.has(part)) problems.push(`${key} is [${shape.join(', ')}], but ${named} has no ${part}`);
  }
  return { matched: { index, place, type: layer.type, parameters: matched }, problems };
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((side, axis) => side === b[axis]);
}

function describeCounts(kind: LayerKind, wanted: readonly WantedLayer[], given: readonly FileLayer[]): string {
  const places = wanted.length > 0 ? ` (layers ${wanted.map(({ place }) => place).join(', ')})` : '';
  const keys = given.length > 0 ? ` (${given.map(({ key }) => key).join(', ')})` : '';
  return `layers of kind ${kind}: ${given.length}${keys}, but the config has ${wanted.length}${places}`;
}
