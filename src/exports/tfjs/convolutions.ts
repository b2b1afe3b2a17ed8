// Converts convolutions with explicit paddings to Keras layers, which support only SAME and VALID, by zero padding before or
// cropping after them.
import { convolutionPadding, type Sides } from '../../models/layers/padding.ts';
import type { InferenceLayerOf } from '../inference-layers.ts';
import { type KerasLayer, kernelAndBias } from './keras-layer.ts';

const axes = [0, 1] as const;

export function convolution(layer: InferenceLayerOf<'conv'>, name: string): KerasLayer[] {
  const { size, stride, padding, kernel, bias, input, output } = layer;
  const isSame = axes.every((axis) => {
    const [before, after] = convolutionPadding('same', axis, input[axis]!, size[axis], stride[axis]);
    return padding[axis][0] === before && padding[axis][1] === after;
  });
  const config = windowConfig(layer, isSame ? 'same' : 'valid');
  const weights = kernelAndBias([...size, input[2]!, output[2]!], kernel, bias);
  return [...(isSame ? [] : zeroPadding(`${name}_pad`, padding)), { className: 'Conv2D', name, config, weights }];
}

/**
 * With VALID, Keras computes (n - 1) s + max(k, s) pixels from n. Surplus pixels are cropped; if there are too few, each row of
 * zeros added to the input gives s more.
 */
export function transposedConvolution(layer: InferenceLayerOf<'convTranspose'>, name: string): KerasLayer[] {
  const { size, stride, crop, kernel, bias, input, output } = layer;
  const isSame = axes.every((axis) => {
    const [before] = convolutionPadding('same', axis, output[axis]!, size[axis], stride[axis]);
    return output[axis] === input[axis]! * stride[axis] && crop[axis][0] === before;
  });
  const config = windowConfig(layer, isSame ? 'same' : 'valid');
  const weights = kernelAndBias([...size, output[2]!, input[2]!], kernel, bias);
  const transposed = { className: 'Conv2DTranspose', name, config, weights };
  if (isSame) return [transposed];

  const [vertical, horizontal] = axes.map((axis): { added: Sides; cut: Sides } => {
    const surplus = Math.max(0, stride[axis] - size[axis]);
    const rows = Math.max(0, Math.ceil(-(crop[axis][1] + surplus) / stride[axis]));
    return { added: [0, rows], cut: [crop[axis][0], crop[axis][1] + surplus + rows * stride[axis]] };
  }) as [{ added: Sides; cut: Sides }, { added: Sides; cut: Sides }];
  return [
    ...zeroPadding(`${name}_pad`, [vertical.added, horizontal.added]),
    transposed,
    ...cropping(`${name}_crop`, [vertical.cut, horizontal.cut]),
  ];
}

function windowConfig(layer: InferenceLayerOf<'conv' | 'convTranspose'>, padding: 'same' | 'valid') {
  const { size, stride, bias, output } = layer;
  return { filters: output[2], kernel_size: size, strides: stride, padding, use_bias: bias !== undefined };
}

function zeroPadding(name: string, padding: [Sides, Sides]): KerasLayer[] {
  return padding.flat().some(Boolean) ? [{ className: 'ZeroPadding2D', name, config: { padding } }] : [];
}

function cropping(name: string, cropping: [Sides, Sides]): KerasLayer[] {
  return cropping.flat().some(Boolean) ? [{ className: 'Cropping2D', name, config: { cropping } }] : [];
}
