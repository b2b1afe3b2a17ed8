// A program whose convolutions are just large enough to be tuned, and an engine with its own file of choices.
import { conv2d, mul, sum, type Tensor, type Tensor4D, valueAndGrads } from '@tensorflow/tfjs-core';
import type { Program, ProgramFunction } from '../../../../src/engines/engine.ts';
import { registerOps } from '../../../../src/engines/ops/register.ts';
import { createChoices } from '../../../../src/engines/tensorflow/convolutions/choices.ts';
import { startTensorflow } from '../../../../src/engines/tensorflow/engine.ts';
import { findInstallation } from '../../../../src/engines/tensorflow/install/location.ts';
import type { Tracer } from '../../../../src/engines/tensorflow/recording/compile.ts';
import { tensorflowKernels } from '../../../../src/engines/tensorflow/recording/kernels.ts';
import { hashedValues } from '../../../helpers/hashed-values.ts';

const [image, kernel] = [[8, 32, 32, 16] as const, [5, 5, 16, 32] as const]; // 52 million operations
const output = [8, 16, 16, 32] as const;

/** y, dx and dw of one convolution: three to tune. */
const gradients: ProgramFunction = {
  feeds: { x: { shape: image, dtype: 'float32' }, dy: { shape: output, dtype: 'float32' } },
  body({ w }, { x, dy }) {
    const convolved = (a: Tensor, b: Tensor) => conv2d(a as Tensor4D, b as Tensor4D, 2, 'same');
    const { grads } = valueAndGrads((a: Tensor, b: Tensor) => sum(mul(convolved(a, b), dy!)))([x!, w!]);
    return { outputs: { y: convolved(x!, w!), dx: grads[0]!, dw: grads[1]! } };
  },
};

/** y of a convolution with other sizes: one more to tune. */
const forward: ProgramFunction = {
  feeds: { x: { shape: [8, 33, 32, 16], dtype: 'float32' } },
  body: ({ w }, { x }) => ({ outputs: { y: conv2d(x as Tensor4D, w as Tensor4D, 2, 'same') } }),
};

export const gradientsProgram: Program = { variables: { w: kernel }, functions: { gradients } };

export const partlyTunedProgram: Program = {
  variables: { w: kernel },
  functions: { gradients, sample: { ...forward, skipTuning: true } },
};

export const values = {
  w: hashedValues('w', 5 * 5 * 16 * 32),
  x: hashedValues('x', 8 * 32 * 32 * 16),
  dy: hashedValues('dy', 8 * 16 * 16 * 32),
};

/** The native engine with its choices in this file instead of the user's. */
export async function tracerOver(file: string | undefined): Promise<Tracer> {
  const { tracer } = await startTensorflow(findInstallation()!);
  const choices = createChoices(file);
  registerOps('tensorflow', tensorflowKernels(tracer.recorder, choices));
  return { recorder: tracer.recorder, choices };
}
