// A layer of a Keras model, in the format of tf.loadLayersModel.
import type { Shape } from '../../engines/engine.ts';

export interface KerasWeight {
  /** Keras's name: kernel, bias, gamma, beta, moving_mean, moving_variance. */
  part: string;
  shape: Shape;
  values: Float32Array;
}

export interface KerasLayer {
  className: string;
  /** Unique within a model; its weights are called `name/part`. */
  name: string;
  /** Options, with Keras's names. */
  config: Readonly<Record<string, unknown>>;
  weights?: readonly KerasWeight[];
  /** Names of the layers whose outputs it takes. @default the layer listed before it */
  inputs?: readonly string[];
}

/** Name of a model's input. */
export const latentsName = 'latents';

/** A layer's kernel, and its bias if it has one. */
export function kernelAndBias(shape: Shape, kernel: Float32Array, bias: Float32Array | undefined): KerasWeight[] {
  return [{ part: 'kernel', shape, values: kernel }, ...(bias ? [vector('bias', bias)] : [])];
}

export function vector(part: string, values: Float32Array): KerasWeight {
  return { part, shape: [values.length], values };
}
