// Prints the magnitudes of a step's convolution and matrix product operands against float16's range:
// npx tsx bench/probes/magnitudes.ts [config] [step] [key=value...]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import {
  BatchMatMul,
  Conv2D,
  Conv2DBackpropFilter,
  Conv2DBackpropInput,
  getKernel,
  registerKernel,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import { train } from '../../src/commands/train.ts';

const [config = 'quick', wanted = '100', ...set] = process.argv.slice(2);
const operandsOf = {
  [Conv2D]: ['x', 'filter'],
  [Conv2DBackpropInput]: ['dy', 'filter'],
  [Conv2DBackpropFilter]: ['x', 'dy'],
  [BatchMatMul]: ['a', 'b'],
};
const normal = 2 ** -14; // smaller values have fewer than 11 bits in float16
const window = 2 ** -29; // still normal in float16 once the largest value is scaled to [2^14, 2^15)

let steps = 0;

/** Prints an operand's largest value and the shares of small values. */
function describe(kernel: string, operand: string, shape: readonly number[], values: Float32Array): void {
  const sizes = values.map(Math.abs).filter((size) => size > 0);
  const largest = sizes.reduce((most, size) => Math.max(most, size), 0);
  const share = (limit: number) =>
    `${((100 * sizes.filter((size) => size < limit).length) / sizes.length).toFixed(3)} %`;
  const name = `${kernel} ${operand} [${shape}]`.padEnd(50);
  console.log(
    `${name} largest ${largest.toExponential(1)}, below 2^-14 ${share(normal)}, below largest 2^-29 ${share(largest * window)}`,
  );
}

/** Wraps the WASM engine's kernels to describe their operands in the wanted step. */
function wrapKernels(): void {
  for (const [kernelName, names] of Object.entries(operandsOf)) {
    const kernel = getKernel(kernelName, 'wasm')!;
    unregisterKernel(kernelName, 'wasm');
    registerKernel({
      ...kernel,
      kernelFunc: (call) => {
        if (steps === Number(wanted) - 1) {
          for (const name of names) {
            const { dataId, shape } = call.inputs[name]!;
            describe(kernelName, name, shape, (call.backend as BackendWasm).readSync(dataId) as Float32Array);
          }
        }
        return kernel.kernelFunc(call);
      },
    });
  }
}

const root = mkdtempSync(join(tmpdir(), 'dcgan-magnitudes-'));
try {
  await train(
    { config, engine: 'wasm', root, fresh: true, set: [`training.steps=${wanted}`, ...set] },
    {
      onEvent: ({ type }) => {
        if (type === 'engine') wrapKernels();
      },
      shouldStop: () => {
        steps++;
        return false;
      },
    },
  );
} finally {
  rmSync(root, { recursive: true, force: true });
}
