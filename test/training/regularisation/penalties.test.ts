import { before, test } from 'node:test';
import { type Tensor, tensor, tensor1d } from '@tensorflow/tfjs-core';
import { elementCount } from '../../../src/formats/tensor-shape.ts';
import { applyNetwork } from '../../../src/models/network.ts';
import { gradientPenalty } from '../../../src/training/regularisation/penalties.ts';
import { gradientsOf } from '../../../src/training/step-state.ts';
import { useCpuBackend } from '../../helpers/cpu-backend.ts';
import { hashedValues } from '../../helpers/hashed-values.ts';
import { networkOf } from '../../helpers/tiny-network.ts';
import { assertClose, golden } from '../step/golden.ts';

before(useCpuBackend);

const networks = {
  dense: [
    { type: 'flatten' },
    { type: 'dense', units: 5 },
    { type: 'leakyRelu', slope: 0.2 },
    { type: 'dense', units: 1 },
  ],
  conv: [
    { type: 'conv', filters: 4, kernel: 3, stride: 2, padding: 1 },
    { type: 'leakyRelu', slope: 0.2 },
    { type: 'conv', filters: 3, kernel: 3, padding: 1 },
    { type: 'leakyRelu', slope: 0.2 },
    { type: 'flatten' },
    { type: 'dense', units: 1 },
  ],
};

for (const { network: name, type, weight, shapes, value, gradients } of golden.penalties) {
  test(`${type} of a ${name} network with leaky ReLUs: value and gradients equal PyTorch's`, () => {
    const network = networkOf(networks[name], [6, 6, 2]);
    const weights = Object.fromEntries(
      Object.entries(shapes).map(([part, shape]): [string, Tensor] => [
        `discriminator/${part}`,
        tensor(
          hashedValues(part, elementCount(shape)).map((hashed) => 0.5 * hashed),
          shape,
        ),
      ]),
    );
    const images = (of: string, count: number) => tensor(hashedValues(`${of} images`, count * 72), [count, 6, 6, 2]);
    let draw = 0;
    const random = { seed: tensor1d([7], 'int32'), nextDraw: () => draw++ };
    // biases only shift the kinks of the gradient
    const kernels = Object.fromEntries(Object.entries(weights).filter(([part]) => part.endsWith('kernel')));
    const found = gradientsOf(kernels, (followed) => ({
      loss: gradientPenalty(
        { type, on: 'real', weight },
        (x) => applyNetwork(network, x, { variables: { ...weights, ...followed }, training: true }).y,
        { real: images('real', 4), fake: images('fake', 3) }, // as many interpolations as in the smaller batch
        random,
      ),
    }));
    assertClose(found.loss.dataSync(), [value], 'penalty');
    for (const [part, tensorFound] of Object.entries(found.gradients)) {
      assertClose(tensorFound.dataSync(), gradients[part.replace('discriminator/', '')]!, part, 2e-5);
    }
  });
}
