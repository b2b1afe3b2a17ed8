// Times every form of a convolution and its gradients, each recorded by itself:
// npx tsx bench/probes/forms.ts 128,32,64,4,128,2,1,1 [mixed_bfloat16|float32], where the numbers are batch, side, channels,
// kernel, filters, stride, padding before and after.
import { reshape, slice } from '@tensorflow/tfjs-core';
import type { Precision, Program, ProgramFunction } from '../../src/engines/engine.ts';
import { formsOf, type Kind } from '../../src/engines/tensorflow/convolutions/choices.ts';
import type { Form } from '../../src/engines/tensorflow/convolutions/form.ts';
import { type Convolution, convolutionOf, operationsOf } from '../../src/engines/tensorflow/convolutions/geometry.ts';
import { startTensorflow } from '../../src/engines/tensorflow/engine.ts';
import { findInstallation } from '../../src/engines/tensorflow/install/location.ts';
import { compileRecorded } from '../../src/engines/tensorflow/recording/compile.ts';
import { nativeBackend } from '../../src/engines/tensorflow/recording/kernel.ts';
import { elementCount } from '../../src/formats/tensor-shape.ts';

const rounds = 7;
const operands = { forward: ['x', 'w'], inputGradient: ['dy', 'w'], filterGradient: ['x', 'dy'] } as const;

function geometryOf(sizes: string): Convolution {
  const [batch, side, channels, kernel, filters, stride, before, after] = sizes.split(',').map(Number) as number[];
  const border: [number, number] = [before!, after!];
  const pad = [[0, 0], border, border, [0, 0]] as [
    [number, number],
    [number, number],
    [number, number],
    [number, number],
  ];
  return convolutionOf(
    { strides: stride!, pad },
    [batch!, side!, side!, channels!],
    [kernel!, kernel!, channels!, filters!],
  );
}

/** Returns one value of the result, so that the time excludes reading it. */
function functionOf(kind: Kind, form: Form, convolution: Convolution): ProgramFunction {
  return {
    feeds: {},
    body(variables) {
      const [first, second] = operands[kind];
      const backend = nativeBackend();
      const result = form.compute(backend, convolution, variables[first]!, variables[second]!);
      return { outputs: { some: reshape(slice(reshape(result, [-1]), 0, 1), []) } };
    },
  };
}

async function timeForms(kind: Kind, convolution: Convolution, precision: Precision): Promise<void> {
  const forms = formsOf[kind].filter((form) => form.fits(convolution));
  const shapes = { x: convolution.input, w: convolution.filter, dy: convolution.output };
  const program: Program = {
    variables: Object.fromEntries(operands[kind].map((name) => [name, shapes[name]])),
    functions: Object.fromEntries(forms.map((form) => [form.name, functionOf(kind, form, convolution)])),
  };
  const compiled = await compileRecorded(program, await tracer(), { precision });
  const ramp = (shape: readonly number[]) =>
    Float32Array.from({ length: elementCount(shape) }, (_, i) => ((i * 7) % 13) / 13 - 0.5);
  await compiled.write(Object.fromEntries(operands[kind].map((name) => [name, ramp(shapes[name])])));
  const best = new Map(forms.map(({ name }) => [name, Number.POSITIVE_INFINITY]));
  for (let round = 0; round <= rounds; round++) {
    for (const { name } of forms) {
      const began = performance.now();
      await compiled.run(name, {});
      if (round > 0) best.set(name, Math.min(best.get(name)!, performance.now() - began)); // the first run allocates
    }
  }
  compiled.dispose();
  const rates = [...best].map(
    ([name, ms]) => `${name} ${ms.toFixed(1)} ms (${(operationsOf(convolution) / ms / 1e6).toFixed(0)} GFLOP/s)`,
  );
  console.log(`${kind}: ${rates.join(', ')}`);
}

async function tracer() {
  return (await startTensorflow(findInstallation()!)).tracer;
}

const [sizes = '128,32,64,4,128,2,1,1', precision = 'mixed_bfloat16'] = process.argv.slice(2);
for (const kind of Object.keys(operands) as Kind[]) await timeForms(kind, geometryOf(sizes), precision as Precision);
