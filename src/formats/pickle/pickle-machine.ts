// The virtual machine that executes a pickle: its stack, marks and memo, and the operations on them.
import type { PickleCursor } from './pickle-cursor.ts';

/** The names that a pickle may use. */
export interface Vocabulary {
  /** By `module.name`: a value, or a function of a list of arguments. */
  names: ReadonlyMap<string, unknown>;
  /** Resolves a persistent id. */
  persistent(id: unknown): unknown;
}

export interface Machine {
  cursor: PickleCursor;
  vocabulary: Vocabulary;
  stack: unknown[];
  /** Stack positions of the open groups. */
  marks: number[];
  memo: Map<number, unknown>;
}

/** A state_dict of a thousand tensors takes 200 kB. */
export const maxPickleBytes = 2 ** 24;

/** A pickle uses a name that is not in the vocabulary. */
export class RefusedName extends Error {
  readonly refused: string;

  constructor(refused: string) {
    super(`it names ${refused}`);
    this.refused = refused;
  }
}

/** Pops `count` values, the lowest first. */
export function popMany({ stack, marks }: Machine, count: number): unknown[] {
  if (stack.length - (marks.at(-1) ?? 0) < count) throw new Error('its pickle takes a value from an empty stack');
  return stack.splice(stack.length - count);
}

/** Pops all values above the last mark, the lowest first. */
export function popGroup({ stack, marks }: Machine): unknown[] {
  const begin = marks.pop();
  if (begin === undefined) throw new Error('its pickle closes a group that it never opened');
  return stack.splice(begin);
}

export function append(machine: Machine, items: readonly unknown[]): void {
  const list = top(machine);
  if (!Array.isArray(list)) throw new Error('its pickle appends to something that is not a list');
  for (const item of items) list.push(item);
}

/** key, value, key, value, ... */
export function setItems(machine: Machine, items: readonly unknown[]): void {
  const dict = top(machine);
  if (!(dict instanceof Map)) throw new Error('its pickle sets items of something that is not a dict');
  if (items.length % 2 !== 0) throw new Error('its pickle has a key without a value');
  for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1]);
}

export function storeInMemo(machine: Machine, index: number): void {
  machine.memo.set(index, top(machine));
}

export function loadFromMemo({ stack, memo }: Machine, index: number): void {
  if (!memo.has(index)) throw new Error(`its pickle uses value ${index} before there is one`);
  stack.push(memo.get(index));
}

export function pushName({ stack, vocabulary: { names } }: Machine, module: unknown, name: unknown): void {
  if (typeof module !== 'string' || typeof name !== 'string')
    throw new Error('its pickle has a name that is not a string');
  const full = `${module}.${name}`;
  if (!names.has(full)) throw new RefusedName(full);
  stack.push(names.get(full));
}

export function call(machine: Machine): void {
  const [make, values] = popMany(machine, 2);
  if (typeof make !== 'function' || !Array.isArray(values))
    throw new Error('its pickle calls something that is not a function');
  machine.stack.push((make as (values: unknown[]) => unknown)(values));
}

/** Drops the attributes of a dict, such as a state_dict's `_metadata`. */
export function skipState(machine: Machine): void {
  popMany(machine, 1);
  if (!(top(machine) instanceof Map)) throw new Error('its pickle sets attributes of something that is not a dict');
}

function top({ stack, marks }: Machine): unknown {
  if (stack.length <= (marks.at(-1) ?? 0)) throw new Error('its pickle takes a value from an empty stack');
  return stack.at(-1);
}
