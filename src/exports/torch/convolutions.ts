// Converts convolutions to modules of torch.nn, with separate padding or cropping if their own options do not suffice.
import type { Sides } from '../../models/layers/padding.ts';
import { permute } from '../../models/permute.ts';
import type { InferenceLayerOf } from '../inference-layers.ts';
import { call, pairCode, stateless, type TorchModule, vector } from './torch-module.ts';

export function conv(layer: InferenceLayerOf<'conv'>): TorchModule[] {
  const [vertical, horizontal] = layer.padding;
  const isEven = layer.padding.every(([before, after]) => before === after);
  if (isEven) return [convolution('nn.Conv2d', layer, { padding: [vertical[0], horizontal[0]] })];
  return [padded(vertical, horizontal), convolution('nn.Conv2d', layer, {})];
}

export function convTranspose(layer: InferenceLayerOf<'convTranspose'>): TorchModule[] {
  const vertical = transposedGeometry(layer.crop[0], layer.stride[0]);
  const horizontal = transposedGeometry(layer.crop[1], layer.stride[1]);
  const whole = convolution('nn.ConvTranspose2d', layer, {
    padding: [vertical.padding, horizontal.padding],
    output_padding: [vertical.outputPadding, horizontal.outputPadding],
  });
  const isMore = [...vertical.crop, ...horizontal.crop].some((pixels) => pixels > 0);
  return isMore ? [whole, padded(negative(vertical.crop), negative(horizontal.crop))] : [whole];
}

interface TransposedGeometry {
  padding: number;
  outputPadding: number;
  /** Remaining crop. */
  crop: Sides;
}

/** PyTorch crops `padding` at both ends, and adds `outputPadding`, which is less than the stride, at the second. */
function transposedGeometry([before, after]: Sides, stride: number): TransposedGeometry {
  const more = before - after;
  if (more >= 0 && more < stride) return { padding: before, outputPadding: more, crop: [0, 0] };
  const padding = Math.max(0, Math.min(before, after));
  return { padding, outputPadding: Math.max(0, -after), crop: [before - padding, Math.max(0, after - padding)] };
}

function convolution(
  name: string,
  { type, kernel, bias, size, stride, input, output }: InferenceLayerOf<'conv' | 'convTranspose'>,
  paddings: Record<string, readonly number[]>,
): TorchModule {
  const [inputs, outputs] = [input[2]!, output[2]!];
  const unlike = (pair: readonly number[], usual: number) =>
    pair.some((pixels) => pixels !== usual) ? pairCode(pair) : undefined;
  const options = Object.fromEntries(Object.entries(paddings).map(([key, pair]) => [key, unlike(pair, 0)]));
  const [a, b] = type === 'conv' ? [inputs, outputs] : [outputs, inputs];
  return {
    code: call(name, [inputs, outputs, pairCode(size)], {
      stride: unlike(stride, 1),
      ...options,
      bias: bias ? undefined : 'False',
    }),
    state: {
      weight: { shape: [b, a, ...size], values: permute(kernel, [...size, a, b], [3, 2, 0, 1]) },
      ...(bias && { bias: vector(bias) }),
    },
  };
}

/** Negative padding crops. */
function padded([top, bottom]: Sides, [left, right]: Sides): TorchModule {
  return stateless(`nn.ZeroPad2d((${left}, ${right}, ${top}, ${bottom}))`);
}

const negative = ([before, after]: Sides): Sides => [0 - before, 0 - after];
