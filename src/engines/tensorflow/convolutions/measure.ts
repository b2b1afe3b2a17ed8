// Times the forms of one convolution against each other, as they will run: recorded, in the program's precision.
import { engine, reshape, slice, type Tensor } from '@tensorflow/tfjs-core';
import type { CompiledProgram, Program, Shape } from '../../engine.ts';
import { elementCount } from '../../feeds.ts';
import type { NativeBackend } from '../kernel.ts';
import type { Kind, Unmeasured } from './choices.ts';
import type { Form } from './form.ts';
import type { Convolution } from './geometry.ts';

const rounds = 5;
const hopeless = 2.5; // times the best so far: not tried again
const worthwhile = 0.95; // of the standard form's time: what another form must stay below

/** Gives the name of the fastest form; a form that is hardly faster than the standard one is not worth it. */
export async function fastestForm(
  { kind, convolution, candidates }: Unmeasured,
  compile: (program: Program) => CompiledProgram,
): Promise<string> {
  const program = contest(kind, convolution, candidates);
  const compiled = compile(program);
  const values = Object.entries(program.variables).map(([name, shape]) => [name, ramp(elementCount(shape))] as const);
  await compiled.write(Object.fromEntries(values));
  const best = new Map(candidates.map(({ name }) => [name, Number.POSITIVE_INFINITY]));
  for (const { name } of candidates) await compiled.run(name, {}); // the first run allocates and compiles
  for (let round = 0; round < rounds; round++) {
    const leader = Math.min(...best.values());
    for (const { name } of candidates) {
      if (round > 0 && best.get(name)! > hopeless * leader) continue;
      const began = performance.now();
      await compiled.run(name, {});
      best.set(name, Math.min(best.get(name)!, performance.now() - began));
    }
  }
  compiled.dispose();
  const standard = candidates[0]!.name;
  const [fastest, time] = [...best].reduce((a, b) => (b[1] < a[1] ? b : a));
  return time < worthwhile * best.get(standard)! ? fastest : standard;
}

/** A program of one function per form, over the two tensors that all of them start from. */
function contest(kind: Kind, convolution: Convolution, candidates: readonly Form[]): Program {
  const { input, filter, output } = convolution;
  const shapes: Record<Kind, [Shape, Shape]> = {
    forward: [input, filter],
    inputGradient: [output, filter],
    filterGradient: [input, output],
  };
  const [first, second] = shapes[kind];
  const functions = candidates.map((form) => [
    form.name,
    {
      feeds: {},
      body({ first, second }: Readonly<Record<string, Tensor>>) {
        const backend = engine().backend as unknown as NativeBackend;
        const result = form.compute(backend, convolution, first!, second!);
        return { outputs: { some: reshape(slice(reshape(result, [-1]), 0, 1), []) } };
      },
    },
  ]);
  return { variables: { first, second }, functions: Object.fromEntries(functions) };
}

function ramp(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, index) => ((index * 7) % 13) / 13 - 0.5);
}
