// Converts a generator to standard layers for inference: no dropout, kernels divided by their spectral norms, batch norm with
// the averages that sampling uses. Shapes are NHWC, without the batch.
import type { Shape } from '../engines/engine.ts';
import { isResidual, type ShapedLayer, type ShapedSingle } from '../models/infer-shapes.ts';
import type { LayerOf } from '../models/layer.ts';
import { paddingOf } from '../models/layers/conv.ts';
import { axisGeometry } from '../models/layers/conv-transpose.ts';
import { pair, type Sides } from '../models/layers/padding.ts';
import type { TrainedGenerator } from '../sampling/trained-generator.ts';

interface Weights {
  kernel: Float32Array;
  bias: Float32Array | undefined; // [outputs]
}

interface Window extends Weights {
  size: [height: number, width: number];
  stride: [vertical: number, horizontal: number];
}

type Computation =
  /** kernel: [inputs, outputs]. */
  | ({ type: 'dense' } & Weights)
  /** kernel: [height, width, inputs, outputs]; padding in pixels of zeros. */
  | ({ type: 'conv'; padding: [vertical: Sides, horizontal: Sides] } & Window)
  /**
   * kernel: [height, width, outputs, inputs]; crop is removed from the full output of (n - 1) stride + size pixels. A negative
   * crop at the end adds pixels that contain only the bias.
   */
  | ({ type: 'convTranspose'; crop: [vertical: Sides, horizontal: Sides] } & Window)
  /** Each [channels]. y = (x - mean) / sqrt(variance + epsilon) gamma + beta. */
  | ({ type: 'batchNorm'; epsilon: number; momentum: number } & Record<BatchNormPart, Float32Array>)
  | { type: 'leakyRelu'; slope: number }
  | { type: 'upsample'; factor: [vertical: number, horizontal: number]; method: 'nearest' | 'bilinear' }
  /** The mean of each window; windows do not overlap. */
  | { type: 'averagePool'; size: [height: number, width: number] }
  | { type: 'relu' }
  | { type: 'tanh' }
  | { type: 'sigmoid' }
  | { type: 'reshape' }
  | { type: 'flatten' }
  /** The sum of both branches; a branch without layers is the identity. */
  | { type: 'residual'; layers: InferenceLayer[]; shortcut: InferenceLayer[] };

type BatchNormPart = 'mean' | 'variance' | 'gamma' | 'beta';

export type InferenceLayer = { input: Shape; output: Shape } & Computation;
export type InferenceLayerOf<Type extends InferenceLayer['type']> = Extract<InferenceLayer, { type: Type }>;

/** The layers from latents to images in the config's value range. */
export function inferenceLayers({ network, weights, passes }: TrainedGenerator): InferenceLayer[] {
  const trained: Trained = {
    passes,
    variablesOf: (place) => (part) => weights[`${network.name}/${place}/${part}`],
  };
  return computingLayers(network.layers, trained);
}

type Variables = (part: string) => Float32Array | undefined;

interface Trained {
  passes: number;
  variablesOf(place: string): Variables;
}

function computingLayers(layers: readonly ShapedLayer[], trained: Trained): InferenceLayer[] {
  return layers.flatMap((shaped) => {
    const { input, output } = shaped;
    const computation = isResidual(shaped)
      ? {
          type: 'residual' as const,
          layers: computingLayers(shaped.layers, trained),
          shortcut: computingLayers(shaped.shortcut, trained),
        }
      : computationOf(shaped, trained);
    return computation ? [{ input, output, ...computation }] : [];
  });
}

function computationOf({ layer, place, input, output }: ShapedSingle, trained: Trained): Computation | undefined {
  const variable = trained.variablesOf(place);
  switch (layer.type) {
    case 'dropout':
      return undefined;
    case 'dense':
      return { type: 'dense', kernel: dividedKernel(layer, variable), bias: variable('bias') };
    case 'conv':
      return { type: 'conv', ...windowOf(layer, variable), padding: paddingOf(layer, input[0]!, input[1]!) };
    case 'convTranspose':
      return { type: 'convTranspose', ...windowOf(layer, variable), crop: cropOf(layer, input, output) };
    case 'batchNorm':
      return batchNormOf(layer, input.at(-1)!, variable, trained.passes);
    case 'upsample':
      return { type: 'upsample', factor: pair(layer.factor), method: layer.method };
    case 'averagePool':
      return { type: 'averagePool', size: pair(layer.size) };
    case 'minibatchStdDev':
      throw new Error('Only discriminators compare images.'); // the config's rules refuse it in generators
    case 'leakyRelu':
      return { type: 'leakyRelu', slope: layer.slope };
    default:
      return { type: layer.type };
  }
}

function windowOf(layer: LayerOf<'conv' | 'convTranspose'>, variable: Variables): Window {
  const kernel = dividedKernel(layer, variable);
  return { size: pair(layer.kernel), stride: pair(layer.stride), kernel, bias: variable('bias') };
}

function cropOf(layer: LayerOf<'convTranspose'>, input: Shape, output: Shape): [Sides, Sides] {
  const alongAxis = (axis: 0 | 1): Sides => {
    const [before] = axisGeometry(layer, axis, input[axis]!).sides;
    const whole = (input[axis]! - 1) * pair(layer.stride)[axis] + pair(layer.kernel)[axis];
    return [before, whole - before - output[axis]!];
  };
  return [alongAxis(0), alongAxis(1)];
}

/** K / sigma with sigma = v^T K u, where K is the kernel as a matrix [rest, out]; see models/layers/spectral-norm.ts. */
function dividedKernel(layer: LayerOf<'dense' | 'conv' | 'convTranspose'>, variable: Variables): Float32Array {
  const kernel = variable('kernel')!;
  if (!layer.spectralNorm) return kernel;
  const [u, v] = [variable('u')!, variable('v')!];
  const isTransposed = layer.type === 'convTranspose'; // with a kernel [..., out, in] instead of [..., in, out]
  const inputs = kernel.length / u.length / areaOf(layer);
  const last = isTransposed ? inputs : u.length;
  const sigma = kernel.reduce((sum, value, i) => {
    const [window, row, column] = [Math.floor(i / (inputs * u.length)), Math.floor(i / last), i % last];
    return isTransposed
      ? sum + value * u[row % u.length]! * v[window * inputs + column]!
      : sum + value * u[column]! * v[row]!;
  }, 0);
  return kernel.map((value) => value / sigma);
}

function areaOf(layer: LayerOf<'dense' | 'conv' | 'convTranspose'>): number {
  if (layer.type === 'dense') return 1;
  const [height, width] = pair(layer.kernel);
  return height * width;
}

/** Corrects the moving averages for their initial values 0 and 1; see models/layers/batch-norm.ts. */
function batchNormOf(
  { epsilon, momentum }: LayerOf<'batchNorm'>,
  channels: number,
  variable: Variables,
  passes: number,
): Computation {
  const startWeight = passes > 0 ? momentum ** passes : 0;
  return {
    type: 'batchNorm',
    epsilon,
    momentum,
    mean: variable('movingMean')!.map((mean) => mean / (1 - startWeight)),
    variance: variable('movingVariance')!.map((variance) => (variance - startWeight) / (1 - startWeight)),
    gamma: variable('gamma') ?? new Float32Array(channels).fill(1),
    beta: variable('beta') ?? new Float32Array(channels),
  };
}
