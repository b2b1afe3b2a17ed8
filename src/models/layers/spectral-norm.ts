// Spectral normalisation (Miyato et al. 2018): divides a kernel by its largest singular value, which makes the layer 1-Lipschitz.
// Steps and conventions are those of torch.nn.utils.parametrizations.spectral_norm.
import {
  div,
  matMul,
  maximum,
  reshape,
  sqrt,
  square,
  sum,
  type Tensor,
  type Tensor2D,
  transpose,
} from '@tensorflow/tfjs-core';
import { detach } from '../../engines/ops/detach.ts';
import type { LayerContext } from '../layer.ts';

/** The output axis of a kernel: the last one, or -2 for transposed convolutions. */
export type OutputAxis = -1 | -2;

const smallestLength = 1e-12;

/**
 * K / sigma with sigma = v^T K u, where K is the kernel as a matrix [rest, out] and u [out], v [rest] are the layer's
 * estimates of its singular vectors. Gradients take u and v as constants. Every training pass first refines them.
 */
export function dividedBySpectralNorm(kernel: Tensor, outputAxis: OutputAxis, context: LayerContext): Tensor {
  const matrix = asMatrix(kernel, outputAxis);
  const { u, v } = context.training ? iterate(detach(matrix), context) : singularVectors(context);
  const sigma = matMul(matMul(v, matrix), u, false, true); // [1, 1]
  return div(kernel, reshape(sigma, []));
}

/** [..., in, out] or [..., out, in] -> [rest, out]. */
function asMatrix(kernel: Tensor, outputAxis: OutputAxis): Tensor2D {
  const outputs = kernel.shape.at(outputAxis)!;
  return reshape(outputAxis === -1 ? kernel : transpose(kernel, [0, 1, 3, 2]), [-1, outputs]);
}

interface SingularVectors {
  u: Tensor2D; // [1, out]
  v: Tensor2D; // [1, rest]
}

function singularVectors(context: LayerContext): SingularVectors {
  return { u: row(context.parameter('u')), v: row(context.parameter('v')) };
}

/** One step of power iteration: u = K^T v, then v = K u, each to length 1. */
function iterate(matrix: Tensor2D, context: LayerContext): SingularVectors {
  const u = unit(matMul(singularVectors(context).v, matrix));
  const v = unit(matMul(u, matrix, false, true));
  context.update('u', reshape(u, [-1]));
  context.update('v', reshape(v, [-1]));
  return { u, v };
}

function unit(vector: Tensor2D): Tensor2D {
  return div(vector, maximum(sqrt(sum(square(vector))), smallestLength));
}

function row(vector: Tensor): Tensor2D {
  return reshape(vector, [1, -1]);
}
