// The type of a contract test, and helpers that compile a program and initialise its variables.
import type { CompiledProgram, Engine, HostValues, Program, ProgramFunction } from '../../../src/engines/engine.ts';

export interface ContractTest {
  name: string;
  run(engine: Engine): Promise<void>;
}

/** Compiles a program, writes its variables, calls `use` and disposes of the program. */
export async function withProgram<Result>(
  engine: Engine,
  program: Program,
  values: HostValues,
  use: (compiled: CompiledProgram) => Promise<Result>,
): Promise<Result> {
  const compiled = await engine.compile(program, { precision: 'float32' });
  try {
    await compiled.write(values);
    return await use(compiled);
  } finally {
    compiled.dispose();
  }
}

/** Runs a function without variables once. */
export async function runOnce(
  engine: Engine,
  fn: ProgramFunction,
  feeds: Parameters<CompiledProgram['run']>[1],
): Promise<HostValues> {
  const program: Program = { variables: {}, functions: { once: fn } };
  return withProgram(engine, program, {}, (compiled) => compiled.run('once', feeds));
}
