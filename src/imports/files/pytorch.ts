// PyTorch's convention: `conv_blocks.3.running_var`, kernels [out, in, kh, kw], dense ones [out, in], images [c, h, w].
import type { Shape } from '../../engines/engine.ts';
import { singleLayersOf } from '../../models/infer-shapes.ts';
import type { Network } from '../../models/network.ts';
import { permute } from '../../models/permute.ts';
import { type Convention, type FileLayer, groupByLayer, type LayerKind } from '../match/convention.ts';
import { checkVectors, imageAfter, imageBefore } from '../vector-images.ts';

export const pytorch: Convention = {
  names: {
    kernel: 'weight',
    bias: 'bias',
    gamma: 'weight',
    beta: 'bias',
    movingMean: 'running_mean',
    movingVariance: 'running_var',
    u: 'u',
    v: 'v',
  },
  layersOf: (stateDict) =>
    Array.from(groupByLayer(stateDict, splitKey), ([key, parts]) => ({ key, kind: kindOf(parts), parts })),
  shapeOf: torchShape,
  rearrange,
  check: checkVectors,
};

/** Key suffixes by part. Spectral normalisation is a hook, or since PyTorch 1.9 a parametrization. */
const endings: readonly (readonly [ending: RegExp, part?: string])[] = [
  [/(?:^|\.)parametrizations\.weight\.original$/, 'weight'],
  [/(?:^|\.)parametrizations\.weight\.0\._u$/, 'u'],
  [/(?:^|\.)parametrizations\.weight\.0\._v$/, 'v'],
  [/(?:^|\.)weight_orig$/, 'weight'],
  [/(?:^|\.)weight_u$/, 'u'],
  [/(?:^|\.)weight_v$/, 'v'],
  [/(?:^|\.)([^.]*)$/], // by its own name
];

function splitKey(key: string): { layer: string; part: string } | undefined {
  if (/(^|\.)num_batches_tracked$/.test(key)) return undefined; // only for cumulative averages
  for (const [ending, part] of endings) {
    const match = ending.exec(key);
    if (match) return { layer: key.slice(0, match.index), part: part ?? match[1]! };
  }
  return undefined;
}

function kindOf(parts: FileLayer['parts']): LayerKind {
  const axes = parts.get('weight')?.shape.length;
  if (axes === 4) return 'convolution';
  if (axes === 2) return 'dense';
  return parts.has('running_mean') ? 'batch norm' : 'unknown';
}

/** [in, out] -> [out, in]; [kh, kw, a, b] -> [b, a, kh, kw]; vectors are unchanged. */
function torchShape(shape: Shape): Shape {
  const [first, second, third, fourth] = shape as [number, number, number, number];
  if (shape.length === 4) return [fourth, third, first, second];
  return shape.length === 2 ? [second, first] : shape;
}

function rearrange(network: Network, index: number, part: string, values: Float32Array): Float32Array {
  const { layer, parameters } = singleLayersOf(network.layers)[index]!;
  const [before, after] = [imageBefore(network, index), imageAfter(network, index)];
  if (layer.type === 'batchNorm') return rearrangeVector(values, after ?? before);
  const kernel = torchShape(parameters[0]!.shape);
  if (layer.type === 'dense') {
    if (part === 'kernel') return rearrangeDense(values, kernel, { before, after });
    return rearrangeVector(values, part === 'v' ? before : after);
  }
  if (part === 'kernel') return rearrangeKernel(values, kernel);
  return part === 'v' ? rearrangeSingular(values, kernel) : values;
}

/** [b, a, kh, kw] -> [kh, kw, a, b]: convolutions have a = in and b = out, transposed ones a = out and b = in. */
function rearrangeKernel(values: Float32Array, kernel: Shape): Float32Array {
  return permute(values, kernel, [2, 3, 1, 0]);
}

/** The right singular vector of spectral normalisation has the layout of a kernel with one output. */
function rearrangeSingular(values: Float32Array, [, , height, width]: Shape): Float32Array {
  return rearrangeKernel(values, [1, values.length / (height! * width!), height!, width!]);
}

/** [out, in] -> [in, out]; either may be an image, [c, h, w] in PyTorch and [h, w, c] here. */
function rearrangeDense(
  values: Float32Array,
  [outputs, inputs]: Shape,
  { before, after }: { before: Shape | undefined; after: Shape | undefined },
): Float32Array {
  const [rows, columns] = [after ? channelsFirst(after) : [outputs!], before ? channelsFirst(before) : [inputs!]];
  const first = rows.length; // index of the first column axis
  const order = [...(before ? [first + 1, first + 2, first] : [first]), ...(after ? [1, 2, 0] : [0])];
  return permute(values, [...rows, ...columns], order);
}

function rearrangeVector(values: Float32Array, image: Shape | undefined): Float32Array {
  return image ? permute(values, channelsFirst(image), [1, 2, 0]) : values;
}

function channelsFirst([height, width, channels]: Shape): [number, number, number] {
  return [channels!, height!, width!];
}
