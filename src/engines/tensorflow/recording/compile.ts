// Compiles a program for TensorFlow: traces it, tunes its convolutions on request, and loads the graph.
import type { CompiledProgram, CompileOptions, Decisions, Precision, Program } from '../../engine.ts';
import type { FormChoices, Untuned } from '../convolutions/choices.ts';
import { fastestForm, sameSizes, shareTransforms } from '../convolutions/tune.ts';
import { loadTraced } from './program.ts';
import type { Recorder } from './recorder.ts';
import { type TracedProgram, traceProgram } from './trace.ts';

export interface Tracer {
  recorder: Recorder;
  choices: FormChoices;
}

export async function compileRecorded(
  program: Program,
  tracer: Tracer,
  { precision, onTuning, signal, decisions = {} }: CompileOptions,
): Promise<CompiledProgram> {
  const { machine, ...forms } = decisions;
  const decided = machine === tracer.choices.machine ? forms : {};
  let traced = traceProgram(program, tracer, precision, decided);
  if (onTuning && traced.untuned.length > 0) {
    await tune(traced.untuned, tracer, precision, { onTuning, signal });
    traced = traceProgram(program, tracer, precision, decided);
  }
  return { ...loadTraced(program, traced, tracer.recorder.binding), decisions: decisionsOf(tracer, traced) };
}

/** The form of each convolution that has several, and the machine they were tuned on. */
function decisionsOf({ choices: { machine } }: Tracer, { forms }: TracedProgram): Decisions {
  if (machine === undefined) return {};
  return { machine, ...Object.fromEntries(forms) };
}

async function tune(
  untuned: readonly Untuned[],
  tracer: Tracer,
  precision: Precision,
  { onTuning, signal }: Required<Pick<CompileOptions, 'onTuning'>> & Pick<CompileOptions, 'signal'>,
): Promise<void> {
  const load = (contest: Program) =>
    loadTraced(contest, traceProgram(contest, tracer, precision), tracer.recorder.binding);
  let done = 0;
  for (const group of sameSizes(untuned)) {
    const names = new Map<string, string>();
    for (const convolution of group) {
      onTuning(done++, untuned.length);
      names.set(convolution.key, await fastestForm(convolution, load, signal));
    }
    await shareTransforms(group, names, load, signal);
    tracer.choices.remember(names); // kept even if tuning is aborted later
  }
  onTuning(done, untuned.length);
}
