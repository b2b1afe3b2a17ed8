// Finds the fastest function of a compiled program by timing.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { elementCount } from '../../../formats/tensor-shape.ts';
import type { CompiledProgram, Program } from '../../engine.ts';

const rounds = 5;
const minRounds = 2;
const enoughMs = 2000; // no further round after this: slow functions are timed well in few rounds
const maxRatio = 1.8; // times the best time: not timed again
const minRatio = 0.95; // of the first function's time: the limit for choosing another

/**
 * @returns the name of the fastest function, or of the first, the standard one, if none is clearly faster
 * @param signal aborts between two runs; rejects with the signal's reason
 */
export async function fastestFunction(
  program: Program,
  compile: (program: Program) => CompiledProgram,
  signal?: AbortSignal,
): Promise<string> {
  const compiled = compile(program);
  try {
    return await timeFunctions(compiled, program, signal);
  } finally {
    compiled.dispose();
  }
}

async function timeFunctions(compiled: CompiledProgram, program: Program, signal?: AbortSignal): Promise<string> {
  async function timed(name: string): Promise<number> {
    await nextTurn(); // lets signal handlers run
    signal?.throwIfAborted();
    const started = performance.now();
    await compiled.run(name, {});
    return performance.now() - started;
  }
  const values = Object.entries(program.variables).map(
    ([name, shape]) => [name, pattern(elementCount(shape))] as const,
  );
  await compiled.write(Object.fromEntries(values));
  const names = Object.keys(program.functions);
  const best = new Map(names.map((name) => [name, Number.POSITIVE_INFINITY]));
  for (const name of names) await timed(name); // the first run allocates and compiles
  const began = performance.now();
  for (let round = 0; round < rounds; round++) {
    if (round >= minRounds && performance.now() - began > enoughMs) break;
    const leader = Math.min(...best.values());
    for (const name of names) {
      if (round > 0 && best.get(name)! > maxRatio * leader) continue;
      best.set(name, Math.min(best.get(name)!, await timed(name)));
    }
  }
  const standard = names[0]!;
  const [fastest, time] = [...best].reduce((a, b) => (b[1] < a[1] ? b : a));
  return time < minRatio * best.get(standard)! ? fastest : standard;
}

function pattern(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, index) => ((index * 7) % 13) / 13 - 0.5);
}
