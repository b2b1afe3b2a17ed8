// Compiles a program for TensorFlow: traced, its convolutions measured where that is wanted, and loaded.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CompiledProgram, CompileOptions, Decisions, Precision, Program } from '../engine.ts';
import type { FormChoices, Unmeasured } from './convolutions/choices.ts';
import { fastestForm, shareTransforms } from './convolutions/measure.ts';
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
  { precision, onMeasure, decisions = {} }: CompileOptions,
): Promise<CompiledProgram> {
  const { machine, ...forms } = decisions;
  const decided = machine === tracer.choices.machine ? forms : {};
  let traced = traceProgram(program, tracer, precision, decided);
  if (onMeasure && traced.unmeasured.length > 0) {
    await measure(traced.unmeasured, tracer, precision, onMeasure);
    traced = traceProgram(program, tracer, precision, decided);
  }
  return { ...loadTraced(program, traced, tracer.recorder.binding), decisions: decisionsOf(tracer, traced) };
}

/** The form of each convolution that has several, and where they were measured. */
function decisionsOf({ choices: { machine } }: Tracer, { forms }: TracedProgram): Decisions {
  if (machine === undefined) return {};
  return { machine, ...Object.fromEntries(forms) };
}

async function measure(
  unmeasured: readonly Unmeasured[],
  tracer: Tracer,
  precision: Precision,
  onMeasure: (done: number, total: number) => void,
): Promise<void> {
  const load = (contest: Program) =>
    loadTraced(contest, traceProgram(contest, tracer, precision), tracer.recorder.binding);
  const names = new Map<string, string>();
  for (const convolution of unmeasured) {
    onMeasure(names.size, unmeasured.length);
    await nextTurn(); // signals are heard here
    names.set(convolution.key, await fastestForm(convolution, load));
  }
  await shareTransforms(unmeasured, names, load);
  tracer.choices.remember(names);
  onMeasure(names.size, unmeasured.length);
}
