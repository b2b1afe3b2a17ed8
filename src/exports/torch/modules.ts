// Converts layers to modules of torch.nn, NCHW.
import type { Shape } from '../../engines/engine.ts';
import { permute } from '../../models/permute.ts';
import type { InferenceLayer, InferenceLayerOf } from '../inference-layers.ts';
import { conv, convTranspose } from './convolutions.ts';
import { call, pairCode, stateless, type TorchModule, vector } from './torch-module.ts';

const toNchw = stateless('Permute(0, 3, 1, 2)');
const toNhwc = stateless('Permute(0, 2, 3, 1)');

/** `image`: the shape that the layer's output is reshaped to, whose channel order its features have; see channel-order.ts. */
export function modulesOf(
  layer: Exclude<InferenceLayer, { type: 'residual' }>,
  image: Shape | undefined,
): TorchModule[] {
  switch (layer.type) {
    case 'dense':
      return [dense(layer, image)];
    case 'conv':
      return conv(layer);
    case 'convTranspose':
      return convTranspose(layer);
    case 'batchNorm':
      return [batchNorm(layer, image)];
    case 'upsample':
      return [stateless(`nn.Upsample(scale_factor=${pairCode(layer.factor)}, mode="${layer.method}")`)];
    case 'averagePool':
      return [stateless(`nn.AvgPool2d(${pairCode(layer.size)})`)];
    case 'reshape':
      return reshape(layer, image);
    case 'flatten':
      return [...(layer.input.length === 3 ? [toNhwc] : []), stateless('nn.Flatten()')];
    case 'leakyRelu':
      return [stateless(`nn.LeakyReLU(${layer.slope})`)];
    case 'relu':
      return [stateless('nn.ReLU()')];
    case 'tanh':
      return [stateless('nn.Tanh()')];
    case 'sigmoid':
      return [stateless('nn.Sigmoid()')];
  }
}

function dense({ kernel, bias, input, output }: InferenceLayerOf<'dense'>, image: Shape | undefined): TorchModule {
  const [inputs, outputs] = [input[0]!, output[0]!];
  const values = image ? permute(kernel, [inputs, ...image], [3, 1, 2, 0]) : permute(kernel, [inputs, outputs], [1, 0]);
  return {
    code: call('nn.Linear', [inputs, outputs], { bias: bias ? undefined : 'False' }),
    state: { weight: { shape: [outputs, inputs], values }, ...(bias && { bias: features(bias, image) }) },
  };
}

function batchNorm(layer: InferenceLayerOf<'batchNorm'>, image: Shape | undefined): TorchModule {
  const { input, epsilon, momentum, gamma, beta, mean, variance } = layer;
  const newShare = Number((1 - momentum).toPrecision(12)); // 0.1, not 0.09999999999999998
  return {
    code: call(`nn.BatchNorm${input.length === 3 ? 2 : 1}d`, [input.at(-1)!], { eps: epsilon, momentum: newShare }),
    state: {
      weight: features(gamma, image),
      bias: features(beta, image),
      running_mean: features(mean, image),
      running_var: features(variance, image),
    },
  };
}

function features(values: Float32Array, image: Shape | undefined) {
  return vector(image ? permute(values, image, [2, 0, 1]) : values);
}

function reshape({ input, output }: InferenceLayerOf<'reshape'>, image: Shape | undefined): TorchModule[] {
  const [height, width, channels] = output;
  if (image) return [stateless(`nn.Unflatten(1, (${channels}, ${height}, ${width}))`)];
  const vectors = input.length === 3 ? [toNhwc, stateless('nn.Flatten()')] : [];
  return [...vectors, stateless(`nn.Unflatten(1, (${height}, ${width}, ${channels}))`), toNchw];
}
