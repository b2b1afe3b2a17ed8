// PyTorch's numbers (test/fixtures/engines/make.py), with the tensors they were computed from.
import { readFileSync } from 'node:fs';
import { elementCount } from '../../../src/formats/tensor-shape.ts';
import { hashedValues } from '../../helpers/hashed-values.ts';

export interface GoldenLayer {
  name: string;
  layer: Record<string, unknown>;
  /** Shapes including the batch. */
  input: number[];
  output: number[];
  y: number[];
  /** Of sum(y dy) with respect to `x` and the layer's parameters. */
  gradients: Record<string, number[]>;
  /** Batch norm only: y computed with moving averages, and the moving averages after training on x. */
  inference?: number[];
  updates?: Record<string, number[]>;
}

interface GoldenAdam {
  name: string;
  options: { learningRate: number; beta1: number; beta2: number; epsilon: number };
  steps: number;
  weight: number[];
  m: number[];
  v: number[];
}

interface Golden {
  layers: GoldenLayer[];
  crossEntropy: Record<'logits' | 'targets' | 'loss' | 'gradient', number[]>;
  adam: GoldenAdam[];
}

export const golden = JSON.parse(
  readFileSync(new URL('../../fixtures/engines/golden.json', import.meta.url), 'utf8'),
) as Golden;

/** A parameter as in make.py: scales and variances around 1, the rest around 0. */
export function parameterValues(layer: string, part: string, shape: readonly number[]): Float32Array {
  const values = hashedValues(`${layer}/${part}`, elementCount(shape));
  return /(^|\/)(gamma|movingVariance)$/.test(part) ? values.map((value) => 1 + value / 2) : values;
}
