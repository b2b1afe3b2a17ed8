// Finds the fastest form of each convolution and gradient alone, then of those that can share transforms together.
import { reshape, slice, type Tensor } from '@tensorflow/tfjs-core';
import type { CompiledProgram, Program, ProgramFunction, Tensors } from '../../engine.ts';
import { nativeBackend } from '../recording/kernel.ts';
import type { Kind, Untuned } from './choices.ts';
import { fastestFunction } from './fastest-function.ts';
import type { Form } from './form.ts';

type Compile = (program: Program) => CompiledProgram;

/** The operands of each kind. */
const operands = {
  forward: ['x', 'w'],
  inputGradient: ['dy', 'w'],
  filterGradient: ['x', 'dy'],
} as const satisfies Record<Kind, readonly [string, string]>;

/** The name of the fastest form of one convolution or gradient. */
export async function fastestForm(untuned: Untuned, compile: Compile, signal?: AbortSignal): Promise<string> {
  const functions = untuned.candidates.map((form) => [form.name, functionOf([[untuned, form]])]);
  return fastestFunction(programOf([untuned], Object.fromEntries(functions)), compile, signal);
}

/**
 * A convolution and its gradients may be faster together in forms that share transforms, although each alone is slower.
 * @param names the fastest form of each alone, by key; replaced where the sharing forms are faster together
 */
export async function shareTransforms(
  untuned: readonly Untuned[],
  names: Map<string, string>,
  compile: Compile,
  signal?: AbortSignal,
): Promise<void> {
  const sharing = untuned.filter(({ candidates }) => candidates.some(({ shares }) => shares));
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

/** Groups the one to three kinds of each convolution. */
export function sameSizes(untuned: readonly Untuned[]): Untuned[][] {
  const groups = new Map<string, Untuned[]>();
  for (const each of untuned) {
    const sizes = JSON.stringify(each.convolution);
    groups.set(sizes, [...(groups.get(sizes) ?? []), each]);
  }
  return [...groups.values()];
}

function formNamed({ candidates }: Untuned, name: string): Form {
  return candidates.find((form) => form.name === name)!;
}

/** Computes each in its form, and returns one value of each result, so that reading it takes no time. */
function functionOf(computed: readonly (readonly [Untuned, Form])[]): ProgramFunction {
  return {
    feeds: {},
    body(variables: Tensors) {
      const backend = nativeBackend();
      const samples = computed.map(([{ kind, convolution }, form]): [string, Tensor] => {
        const [first, second] = operands[kind];
        const result = form.compute(backend, convolution, variables[first]!, variables[second]!);
        return [kind, reshape(slice(reshape(result, [-1]), 0, 1), [])];
      });
      return { outputs: Object.fromEntries(samples) };
    },
  };
}

/** A program of the functions, with the operands of the group's kinds as variables. */
function programOf(group: readonly Untuned[], functions: Program['functions']): Program {
  const { input, filter, output } = group[0]!.convolution;
  const shapes = { x: input, w: filter, dy: output };
  const needed = new Set(group.flatMap(({ kind }) => operands[kind]));
  return { variables: Object.fromEntries([...needed].map((name) => [name, shapes[name]])), functions };
}
