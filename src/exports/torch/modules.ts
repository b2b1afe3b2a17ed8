// Each layer as modules of torch.nn, NCHW: how they are written in Python, and their state.
import type { Shape } from '../../engines/engine.ts';
import type { Sides } from '../../models/layers/padding.ts';
import type { NamedTensors } from '../../outputs/safetensors.ts';
import type { InferenceLayer, InferenceLayerOf } from '../inference-layers.ts';
import { permute } from '../permute.ts';
import type { FeatureOrder } from './feature-order.ts';

export interface TorchModule {
  code: string;
  /** Its part of the state_dict. */
  state: NamedTensors;
}

const plain = (code: string): TorchModule => ({ code, state: {} });
const toNchw = plain('Permute(0, 3, 1, 2)');
const toNhwc = plain('Permute(0, 2, 3, 1)');

/** `inputOrder` and `outputOrder` say how the layer's features are sorted if not as ours. */
export function modulesOf(
  layer: InferenceLayer,
  inputOrder: FeatureOrder | undefined,
  outputOrder: FeatureOrder | undefined,
): TorchModule[] {
  switch (layer.type) {
    case 'dense':
      return [dense(layer, outputOrder)];
    case 'conv':
      return conv(layer);
    case 'convTranspose':
      return convTranspose(layer);
    case 'batchNorm':
      return [batchNorm(layer, outputOrder)];
    case 'upsample':
      return [plain(`nn.Upsample(scale_factor=${tuple(layer.factor)}, mode="${layer.method}")`)];
    case 'reshape':
      return reshape(layer, inputOrder);
    case 'flatten':
      return flatten(layer);
    case 'leakyRelu':
      return [plain(`nn.LeakyReLU(${layer.slope})`)];
    case 'relu':
      return [plain('nn.ReLU()')];
    case 'tanh':
      return [plain('nn.Tanh()')];
    case 'sigmoid':
      return [plain('nn.Sigmoid()')];
  }
}

function dense(
  { kernel, bias, input, output }: InferenceLayerOf<'dense'>,
  order: FeatureOrder | undefined,
): TorchModule {
  const [inputs, outputs] = [input[0]!, output[0]!];
  const rows = permute(kernel, [inputs, outputs], [1, 0]);
  const weight = order ? order.map((row) => rows.subarray(row * inputs, (row + 1) * inputs)) : [rows];
  return {
    code: call('nn.Linear', [inputs, outputs], { bias: bias ? undefined : 'False' }),
    state: {
      weight: { shape: [outputs, inputs], values: joined(weight) },
      ...(bias && { bias: vector(sorted(bias, order)) }),
    },
  };
}

function batchNorm(layer: InferenceLayerOf<'batchNorm'>, order: FeatureOrder | undefined): TorchModule {
  const { input, epsilon, momentum, gamma, beta, mean, variance } = layer;
  const state = { weight: gamma, bias: beta, running_mean: mean, running_var: variance };
  const share = Number((1 - momentum).toPrecision(12)); // of the new value
  return {
    code: call(`nn.BatchNorm${input.length === 3 ? 2 : 1}d`, [input.at(-1)!], { eps: epsilon, momentum: share }),
    state: Object.fromEntries(Object.entries(state).map(([part, values]) => [part, vector(sorted(values, order))])),
  };
}

function conv(layer: InferenceLayerOf<'conv'>): TorchModule[] {
  const [vertical, horizontal] = layer.padding;
  const isEven = [vertical, horizontal].every(([before, after]) => before === after);
  const options = { stride: layer.stride, padding: isEven ? [vertical[0], horizontal[0]] : [0, 0] };
  return [...(isEven ? [] : [padded(vertical, horizontal)]), convolution('nn.Conv2d', layer, options)];
}

function convTranspose(layer: InferenceLayerOf<'convTranspose'>): TorchModule[] {
  const axes = ([0, 1] as const).map((axis) => transposedGeometry(layer.crop[axis], layer.stride[axis]));
  const [vertical, horizontal] = axes as [TransposedGeometry, TransposedGeometry];
  const whole = convolution('nn.ConvTranspose2d', layer, {
    stride: layer.stride,
    padding: [vertical.padding, horizontal.padding],
    output_padding: [vertical.outputPadding, horizontal.outputPadding],
  });
  const rest = [...vertical.crop, ...horizontal.crop].some((pixels) => pixels > 0);
  return rest ? [whole, padded(negative(vertical.crop), negative(horizontal.crop))] : [whole];
}

interface TransposedGeometry {
  padding: number;
  outputPadding: number;
  /** What is still too much. */
  crop: Sides;
}

/** PyTorch cuts `padding` off both ends and adds `outputPadding`, less than the stride, to the last. */
function transposedGeometry([before, after]: Sides, stride: number): TransposedGeometry {
  const more = before - after;
  if (more >= 0 && more < stride) return { padding: before, outputPadding: more, crop: [0, 0] };
  const padding = Math.max(0, Math.min(before, after));
  return { padding, outputPadding: Math.max(0, -after), crop: [before - padding, Math.max(0, after - padding)] };
}

function convolution(
  name: string,
  { kernel, bias, size, input, output, type }: InferenceLayerOf<'conv' | 'convTranspose'>,
  options: Record<string, readonly number[]>,
): TorchModule {
  const [inputs, outputs] = [input[2]!, output[2]!];
  const [a, b] = type === 'conv' ? [inputs, outputs] : [outputs, inputs];
  const unlikeDefault = Object.entries(options).filter(([key, value]) =>
    value.some((pixels) => pixels !== (key === 'stride' ? 1 : 0)),
  );
  return {
    code: call(name, [inputs, outputs, tuple(size)], {
      ...Object.fromEntries(unlikeDefault.map(([key, value]) => [key, tuple(value)])),
      bias: bias ? undefined : 'False',
    }),
    state: {
      weight: { shape: [b, a, ...size], values: permute(kernel, [...size, a, b], [3, 2, 0, 1]) },
      ...(bias && { bias: vector(bias) }),
    },
  };
}

function reshape({ input, output }: InferenceLayerOf<'reshape'>, order: FeatureOrder | undefined): TorchModule[] {
  const [height, width, channels] = output;
  if (order) return [plain(`nn.Unflatten(1, (${channels}, ${height}, ${width}))`)];
  const vectors = input.length === 3 ? [toNhwc, plain('nn.Flatten()')] : [];
  return [...vectors, plain(`nn.Unflatten(1, (${height}, ${width}, ${channels}))`), toNchw];
}

function flatten({ input }: InferenceLayerOf<'flatten'>): TorchModule[] {
  return [...(input.length === 3 ? [toNhwc] : []), plain('nn.Flatten()')];
}

function padded([top, bottom]: Sides, [left, right]: Sides): TorchModule {
  return plain(`nn.ZeroPad2d((${left}, ${right}, ${top}, ${bottom}))`);
}

const negative = ([before, after]: Sides): Sides => [0 - before, 0 - after];

function call(name: string, positional: readonly (number | string)[], named: Record<string, unknown>): string {
  const options = Object.entries(named).filter(([, value]) => value !== undefined);
  return `${name}(${[...positional, ...options.map(([key, value]) => `${key}=${value}`)].join(', ')})`;
}

/** Two equal numbers are written as one. */
function tuple([height, width]: readonly number[]): string {
  return height === width ? String(height) : `(${height}, ${width})`;
}

function vector(values: Float32Array): { shape: Shape; values: Float32Array } {
  return { shape: [values.length], values };
}

function sorted(values: Float32Array, order: FeatureOrder | undefined): Float32Array {
  return order ? Float32Array.from(order, (index) => values[index]!) : values;
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const values = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    values.set(part, offset);
    offset += part.length;
  }
  return values;
}
