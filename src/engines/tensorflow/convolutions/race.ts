// Times the functions of a program against each other, as they will run: recorded, in the program's precision.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { elementCount } from '../../../formats/tensor-shape.ts';
import type { CompiledProgram, Program } from '../../engine.ts';

const rounds = 5;
const leastRounds = 2;
const enoughMs = 2000; // no more rounds after that: what takes so long is measured well by few
const hopeless = 1.8; // times the best so far: not tried again
const worthwhile = 0.95; // of the standard function's time: what another must stay below

/**
 * Gives the name of the fastest function; one that is hardly faster than the first, the standard one, is not worth it.
 * @param signal ends it between two runs; it then rejects with the signal's reason
 */
export async function fastestFunction(
  program: Program,
  compile: (program: Program) => CompiledProgram,
  signal?: AbortSignal,
): Promise<string> {
  const compiled = compile(program);
  try {
    return await race(compiled, program, signal);
  } finally {
    compiled.dispose();
  }
}

async function race(compiled: CompiledProgram, program: Program, signal: AbortSignal | undefined): Promise<string> {
  async function timed(name: string): Promise<number> {
    await nextTurn(); // signals are heard here
    signal?.throwIfAborted();
    const started = performance.now();
    await compiled.run(name, {});
    return performance.now() - started;
  }
  const values = Object.entries(program.variables).map(([name, shape]) => [name, ramp(elementCount(shape))] as const);
  await compiled.write(Object.fromEntries(values));
  const names = Object.keys(program.functions);
  const best = new Map(names.map((name) => [name, Number.POSITIVE_INFINITY]));
  for (const name of names) await timed(name); // the first run allocates and compiles
  const began = performance.now();
  for (let round = 0; round < rounds; round++) {
    if (round >= leastRounds && performance.now() - began > enoughMs) break;
    const leader = Math.min(...best.values());
    for (const name of names) {
      if (round > 0 && best.get(name)! > hopeless * leader) continue;
      best.set(name, Math.min(best.get(name)!, await timed(name)));
    }
  }
  const standard = names[0]!;
  const [fastest, time] = [...best].reduce((a, b) => (b[1] < a[1] ? b : a));
  return time < worthwhile * best.get(standard)! ? fastest : standard;
}

function ramp(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, index) => ((index * 7) % 13) / 13 - 0.5);
}
