// Checks a program's feeds, variables and updates, the same on every engine.
import { DcganError } from '../errors.ts';
import { elementCount } from '../formats/tensor-shape.ts';
import type { FeedSpec, Feeds, Program, ProgramFunction, Tensors } from './engine.ts';

export function functionNamed(program: Program, name: string): ProgramFunction {
  const found = program.functions[name];
  if (found) return found;
  throw new DcganError('engine.unknown-function', {
    happened: `The program has no function '${name}'.`,
    expected: `It has ${Object.keys(program.functions).join(', ')}.`,
  });
}

const arrayOf = { float32: Float32Array, int32: Int32Array, uint8: Uint8Array };

/** Exactly the declared feeds must be given, each with the declared element type and length. */
export function checkFeeds(name: string, specs: Readonly<Record<string, FeedSpec>>, feeds: Feeds): void {
  for (const [feed, { shape, dtype }] of Object.entries(specs)) {
    const values = feeds[feed];
    if (values instanceof arrayOf[dtype] && values.length === elementCount(shape)) continue;
    throw new DcganError('engine.wrong-feed', {
      happened: `Function '${name}' got ${values ? `${values.length} values (${values.constructor.name})` : 'nothing'} as '${feed}'.`,
      expected: `It takes ${dtype} [${shape.join(', ')}].`,
    });
  }
  const extra = Object.keys(feeds).filter((feed) => !(feed in specs));
  if (extra.length > 0) {
    throw new DcganError('engine.wrong-feed', { happened: `Function '${name}' does not take ${extra.join(', ')}.` });
  }
}

/** Values written to variables must belong to the program and have the variable's length. */
export function checkVariables(program: Program, values: Readonly<Record<string, Float32Array>>): void {
  for (const [name, array] of Object.entries(values)) {
    const shape = program.variables[name];
    if (shape && array instanceof Float32Array && elementCount(shape) === array.length) continue;
    throw new DcganError('engine.wrong-variable', {
      happened: `Variable '${name}' got ${array.length} values (${array.constructor.name}).`,
      expected: shape ? `It takes float32 [${shape.join(', ')}].` : 'The program has no variable of that name.',
    });
  }
}

/** Variables that are read must belong to the program. */
export function checkNames(program: Program, names: readonly string[]): void {
  const unknown = names.filter((name) => !(name in program.variables));
  if (unknown.length === 0) return;
  throw new DcganError('engine.unknown-variable', { happened: `The program has no variable ${unknown.join(', ')}.` });
}

/** A program whose variables have not all been written can neither run nor be read. */
export function checkWritten(program: Program, isWritten: (variable: string) => boolean): void {
  const missing = Object.keys(program.variables).filter((name) => !isWritten(name));
  if (missing.length === 0) return;
  throw new DcganError('engine.unwritten-variable', {
    happened: `Nothing has been written to ${missing.length} of the program's variables: ${missing.slice(0, 3).join(', ')}.`,
    expected: 'Every variable needs a value before the program runs.',
  });
}

/** A function may update only the program's variables, and not their shapes. */
export function checkUpdates(program: Program, name: string, updates: Tensors): void {
  for (const [variable, value] of Object.entries(updates)) {
    const shape = program.variables[variable];
    if (shape && shape.join() === value.shape.join()) continue;
    throw new DcganError('engine.wrong-update', {
      happened: `Function '${name}' sets '${variable}' to a [${value.shape.join(', ')}].`,
      expected: shape ? `Its shape is [${shape.join(', ')}].` : 'The program has no variable of that name.',
    });
  }
}
