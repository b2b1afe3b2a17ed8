// Layers of a state_dict to layers of a network: the n-th dense layer to the n-th, and so with convolutions and batch norms.
import type { Network } from '../models/network.ts';
import { findUnordered, orderByShape } from './order-by-shape.ts';
import type { TorchKind, TorchLayer } from './torch-layers.ts';
import type { FileTensor } from './weights-file.ts';

type WantedLayer = Network['layers'][number] & { index: number };

/** A variable of the network and the tensor that it comes from. */
export interface MatchedParameter {
  /** `generator/4/kernel` */
  name: string;
  part: string;
  shape: readonly number[];
  tensor: FileTensor & { key: string };
}

interface MatchedLayer {
  index: number;
  type: string;
  parameters: MatchedParameter[];
}

export interface Match {
  layers: MatchedLayer[];
  /** What does not fit, one sentence each; empty where everything does. */
  problems: string[];
}

const kinds: Partial<Record<string, TorchKind>> = {
  dense: 'dense',
  conv: 'convolution',
  convTranspose: 'convolution',
  batchNorm: 'batch norm',
};

const torchNames: Readonly<Record<string, string>> = {
  kernel: 'weight',
  bias: 'bias',
  gamma: 'weight',
  beta: 'bias',
  movingMean: 'running_mean',
  movingVariance: 'running_var',
  u: 'u',
  v: 'v',
};

/**
 * Matches every parameter of a network to a tensor, and every tensor to a parameter.
 * @param inOrder whether the file keeps the order of the layers
 */
export function matchNetwork(network: Network, found: readonly TorchLayer[], inOrder: boolean): Match {
  const problems = found
    .filter(({ kind }) => kind === 'unknown')
    .map(({ parts }) => `${[...parts.values()][0]!.key} belongs to no layer that is known here`);
  const layers: MatchedLayer[] = [];
  for (const kind of ['dense', 'convolution', 'batch norm'] as const) {
    const wanted = network.layers
      .map((walked, index) => ({ ...walked, index }))
      .filter(({ layer }) => kinds[layer.type] === kind);
    const given = found.filter((layer) => layer.kind === kind);
    if (wanted.length !== given.length) problems.push(describeCounts(kind, wanted, given));
    const ordered = inOrder ? given : orderFor(wanted, given, problems);
    const pairs = wanted.slice(0, given.length);
    for (const [i, layer] of pairs.entries()) {
      const { matched, problems: more } = matchLayer(layer, ordered[i]!);
      layers.push(matched);
      problems.push(...more);
    }
  }
  return { layers: layers.sort((a, b) => a.index - b.index), problems };
}

function orderFor(wanted: readonly WantedLayer[], given: readonly TorchLayer[], problems: string[]): TorchLayer[] {
  const unordered = wanted.length === given.length ? findUnordered(given) : undefined;
  if (unordered) {
    const [first, second] = unordered;
    problems.push(`${first.key} and ${second.key} have the same shapes, and this kind of file keeps no order`);
  }
  return orderByShape(given, wanted.length, (i, layer) => matchLayer(wanted[i]!, layer).problems.length === 0);
}

function matchLayer(
  { layer, index, parameters }: WantedLayer,
  found: TorchLayer,
): { matched: MatchedLayer; problems: string[] } {
  const place = `layer ${index} (${layer.type})`;
  const problems: string[] = [];
  const matched: MatchedParameter[] = [];
  for (const { name, part, shape } of parameters) {
    const tensor = found.parts.get(torchNames[part]!);
    const expected = torchShape(shape);
    if (!tensor) problems.push(`${found.key} has no ${torchNames[part]}, but ${place} takes [${expected.join(', ')}]`);
    else if (!sameShape(tensor.shape, expected)) {
      problems.push(`${tensor.key} is [${tensor.shape.join(', ')}], but ${place} takes [${expected.join(', ')}]`);
    } else matched.push({ name, part, shape, tensor });
  }
  const taken = new Set(parameters.map(({ part }) => torchNames[part]!));
  for (const [part, { key, shape }] of found.parts) {
    if (!taken.has(part)) problems.push(`${key} is [${shape.join(', ')}], but ${place} has no ${part}`);
  }
  return { matched: { index, type: layer.type, parameters: matched }, problems };
}

/** [in, out] -> [out, in]; [kh, kw, a, b] -> [b, a, kh, kw]; vectors are the same. */
function torchShape(shape: readonly number[]): number[] {
  const [first, second, third, fourth] = shape as [number, number, number, number];
  if (shape.length === 4) return [fourth, third, first, second];
  return shape.length === 2 ? [second, first] : [...shape];
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((side, axis) => side === b[axis]);
}

function describeCounts(kind: TorchKind, wanted: readonly WantedLayer[], given: readonly TorchLayer[]): string {
  const places = wanted.length > 0 ? ` (layers ${wanted.map(({ index }) => index).join(', ')})` : '';
  const keys = given.length > 0 ? ` (${given.map(({ key }) => key).join(', ')})` : '';
  return `${given.length} ${kind} layers${keys}, but the config has ${wanted.length}${places}`;
}
