// tfjs's plain JavaScript backend with the project's ops: a slow, exact reference that is independent of all engines.
import '@tensorflow/tfjs-backend-cpu';
import type { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { setBackend } from '@tensorflow/tfjs-core';
import { registerOps } from '../../src/engines/ops/register.ts';
import { statelessUniform } from '../../src/engines/wasm/stateless-uniform.ts';

let started: Promise<boolean> | undefined;

/** Selects 'cpu' as tfjs backend, which `compileEagerly` then uses. */
export async function useCpuBackend(): Promise<void> {
  started ??= start();
  await started;
}

function start(): Promise<boolean> {
  registerOps('cpu', [
    {
      kernelName: 'StatelessUniform',
      kernelFunc: ({ inputs, attrs, backend }) => {
        const cpu = backend as MathBackendCPU;
        const [seed0, seed1] = cpu.readSync(inputs['seed']!.dataId) as Int32Array;
        const shape = attrs!['shape'] as number[];
        const count = shape.reduce((product, side) => product * side, 1);
        return cpu.makeTensorInfo(shape, 'float32', statelessUniform(count, seed0!, seed1!));
      },
    },
  ]);
  return setBackend('cpu');
}
