// Runs a training in this process as `dcgan train` does, timing its phases and every engine call.

import { type TrainIo, trainPrepared } from '../../src/commands/train.ts';
import type { CompiledProgram, Engine } from '../../src/engines/engine.ts';
import { prepareRun, type RunOptions } from '../../src/training/start/prepare-run.ts';

export interface TimedRun {
  /** Milliseconds from the start of the process to the end of each phase, in order. */
  phases: { name: string; ms: number }[];
  /** Milliseconds spent in each function of the program, and in `read` and `write`. */
  calls: Record<string, { count: number; ms: number }>;
  steps: number;
}

/** Starts over if `fresh`, after removing the run's earlier output; otherwise resumes. */
export async function timedRun(options: RunOptions & { fresh: boolean }, lastStep: number): Promise<TimedRun> {
  const timed: TimedRun = { phases: [], calls: {}, steps: 0 };
  const phase = (name: string) => {
    if (timed.phases.at(-1)?.name === name) timed.phases.pop(); // a repeated phase ends with its last event
    timed.phases.push({ name, ms: performance.now() });
  };
  const count = (name: string, ms: number) => {
    const before = timed.calls[name] ?? { count: 0, ms: 0 };
    timed.calls[name] = { count: before.count + 1, ms: before.ms + ms };
    if (timed.steps === 0 && name.includes('step')) phase('first step');
    if (name.includes('step')) timed.steps++;
  };
  const io: TrainIo = {
    onEvent: (event) => {
      if (event.type === 'run') phase('variables written');
      if (event.type === 'start') phase('run described');
    },
    shouldStop: () => timed.steps >= lastStep,
  };
  phase('modules loaded');
  const prepared = await prepareRun(options, (event) =>
    phase(event.phase === 'list' ? 'files listed' : 'images decoded'),
  );
  phase('data and engine opened');
  const engine = timedEngine(prepared.opened.engine, count, phase);
  await trainPrepared({ ...prepared, opened: { ...prepared.opened, engine } }, options, io);
  phase('end');
  return timed;
}

function timedEngine(engine: Engine, count: (name: string, ms: number) => void, phase: (name: string) => void): Engine {
  async function timed<Result>(name: string, action: () => Promise<Result>): Promise<Result> {
    const began = performance.now();
    const result = await action();
    count(name, performance.now() - began);
    return result;
  }
  const timedProgram = (compiled: CompiledProgram): CompiledProgram => ({
    run: (name, feeds) => timed(name, () => compiled.run(name, feeds)),
    read: (names) => timed('read', () => compiled.read(names)),
    write: (values) => timed('write', () => compiled.write(values)),
    dispose: () => compiled.dispose(),
  });
  return {
    info: engine.info,
    liveTensors: () => engine.liveTensors(),
    async compile(program, options) {
      const compiled = await engine.compile(program, options);
      phase('compiled');
      return timedProgram(compiled);
    },
  };
}
