// Finds the fastest forms: of each convolution and gradient alone, then of those that could share their transforms, together.
import { reshape, slice, type Tensor } from '@tensorflow/tfjs-core';
import type { CompiledProgram, Program, ProgramFunction, Tensors } from '../../engine.ts';
import { nativeBackend } from '../recording/kernel.ts';
import type { Kind, Unmeasured } from './choices.ts';
import type { Form } from './form.ts';
import { fastestFunction } from './race.ts';

type Compile = (program: Program) => CompiledProgram;

/** What each kind computes from. */
const operands = {
  forward: ['x', 'w'],
  inputGradient: ['dy', 'w'],
  filterGradient: ['x', 'dy'],
} as const satisfies Record<Kind, readonly [string, string]>;

/** The name of the fastest form of one convolution or gradient. */
export async function fastestForm(unmeasured: Unmeasured, compile: Compile, signal?: AbortSignal): Promise<string> {
  const functions = unmeasured.candidates.map((form) => [form.name, functionOf([[unmeasured, form]])]);
  return fastestFunction(programOf([unmeasured], Object.fromEntries(functions)), compile, signal);
}

/**
 * Convolutions and gradients of the same sizes whose forms have parts in common cost less together than one by one.
 * @param names the fastest alone, by key; changed where the sharing forms are faster in one function.
 */
export async function shareTransforms(
  unmeasured: readonly Unmeasured[],
  names: Map<string, string>,
  compile: Compile,
  signal?: AbortSignal,
): Promise<void> {
  const sharing = unmeasured.filter(({ candidates }) => candidates.some(({ shares }) => shares));
  for (const group of sameSizes(sharing)) {
    if (group.length === 1) continue;
    const alone = group.map((each) => [each, formNamed(each, names.get(each.key)!)] as const);
    const shared = group.map((each) => [each, each.candidates.find(({ shares }) => shares)!] as const);
    if (alone.every(([, form]) => form.shares) || !alone.some(([, form]) => form.shares)) continue;
    const program = programOf(group, { alone: functionOf(alone), shared: functionOf(shared) });
    if ((await fastestFunction(program, compile, signal)) === 'alone') continue;
    for (const [{ key }, { name }] of shared) names.set(key, name);
  }
}

/** Groups of one to three kinds of the same convolution. */
export function sameSizes(unmeasured: readonly Unmeasured[]): Unmeasured[][] {
  const groups = new Map<string, Unmeasured[]>();
  for (const each of unmeasured) {
    const sizes = JSON.stringify(each.convolution);
    groups.set(sizes, [...(groups.get(sizes) ?? []), each]);
  }
  return [...groups.values()];
}

function formNamed({ candidates }: Unmeasured, name: string): Form {
  return candidates.find((form) => form.name === name)!;
}

/** Each of the given in its form; gives one value of each result, so that nothing else is computed. */
function functionOf(computed: readonly (readonly [Unmeasured, Form])[]): ProgramFunction {
  return {
    feeds: {},
    body(variables: Tensors) {
      const backend = nativeBackend();
      const some = computed.map(([{ kind, convolution }, form]): [string, Tensor] => {
        const [first, second] = operands[kind];
        const result = form.compute(backend, convolution, variables[first]!, variables[second]!);
        return [kind, reshape(slice(reshape(result, [-1]), 0, 1), [])];
      });
      return { outputs: Object.fromEntries(some) };
    },
  };
}

/** The functions over the tensors that the given kinds start from. */
function programOf(group: readonly Unmeasured[], functions: Program['functions']): Program {
  const { input, filter, output } = group[0]!.convolution;
  const shapes = { x: input, w: filter, dy: output };
  const needed = new Set(group.flatMap(({ kind }) => operands[kind]));
  return { variables: Object.fromEntries([...needed].map((name) => [name, shapes[name]])), functions };
}
