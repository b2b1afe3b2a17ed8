// Reads pickles (docs.python.org/3/library/pickletools.html) without running code: plain values, and names of an allow-list.
// Supports the opcodes that torch.save writes, and refuses all others.
import { PickleCursor } from './pickle-cursor.ts';
import {
  append,
  call,
  loadFromMemo,
  type Machine,
  popGroup,
  popMany,
  pushName,
  RefusedName,
  setItems,
  skipState,
  storeInMemo,
  type Vocabulary,
} from './pickle-machine.ts';

/** Limits memory and time; a state_dict takes about 30 per tensor. */
const maxInstructions = 500_000;
const maxIntegerBytes = 16;
const stop = 0x2e; // '.'

/**
 * Reads one pickle.
 * @returns its value (dicts as Map, tuples and lists as arrays), and its end in `bytes`
 * @throws RefusedName for a name that is not in the vocabulary; Error if the pickle is invalid
 */
export function readPickle(bytes: Uint8Array, vocabulary: Vocabulary, begin = 0): { value: unknown; end: number } {
  const cursor = new PickleCursor(bytes, begin);
  const machine: Machine = { cursor, vocabulary, stack: [], marks: [], memo: new Map() };
  for (let count = 0; count < maxInstructions; count++) {
    const code = cursor.uint8();
    if (code === stop) return { value: popMany(machine, 1)[0], end: cursor.position };
    const instruction = instructions.get(code);
    if (!instruction) throw new Error(`its pickle has instruction 0x${code.toString(16)}, which no state_dict needs`);
    instruction(machine);
  }
  throw new Error(`its pickle has more than ${maxInstructions} instructions`);
}

type Instruction = (machine: Machine) => unknown;

const value = (read: (cursor: PickleCursor) => unknown): Instruction => {
  return ({ stack, cursor }) => stack.push(read(cursor));
};

const instructions = new Map<number, Instruction>([
  [0x80, ({ cursor }) => cursor.skip(1)], // PROTO
  [0x95, ({ cursor }) => cursor.skip(8)], // FRAME
  [0x28, ({ marks, stack }) => marks.push(stack.length)], // MARK

  [0x4e, value(() => null)], // NONE
  [0x88, value(() => true)], // NEWTRUE
  [0x89, value(() => false)], // NEWFALSE
  [0x4b, value((cursor) => cursor.uint8())], // BININT1
  [0x4d, value((cursor) => cursor.uint16())], // BININT2
  [0x4a, value((cursor) => cursor.int32())], // BININT
  [0x8a, value((cursor) => cursor.integer(atMost(maxIntegerBytes, cursor.uint8())))], // LONG1
  [0x47, value((cursor) => cursor.float64())], // BINFLOAT
  [0x8c, value((cursor) => cursor.text(cursor.uint8()))], // SHORT_BINUNICODE
  [0x58, value((cursor) => cursor.text(cursor.uint32()))], // BINUNICODE

  [0x29, value(() => [])], // EMPTY_TUPLE
  [0x85, (machine) => machine.stack.push(popMany(machine, 1))], // TUPLE1
  [0x86, (machine) => machine.stack.push(popMany(machine, 2))], // TUPLE2
  [0x87, (machine) => machine.stack.push(popMany(machine, 3))], // TUPLE3
  [0x74, (machine) => machine.stack.push(popGroup(machine))], // TUPLE
  [0x5d, value(() => [])], // EMPTY_LIST
  [0x61, (machine) => append(machine, popMany(machine, 1))], // APPEND
  [0x65, (machine) => append(machine, popGroup(machine))], // APPENDS
  [0x7d, value(() => new Map())], // EMPTY_DICT
  [0x73, (machine) => setItems(machine, popMany(machine, 2))], // SETITEM
  [0x75, (machine) => setItems(machine, popGroup(machine))], // SETITEMS

  [0x71, (machine) => storeInMemo(machine, machine.cursor.uint8())], // BINPUT
  [0x72, (machine) => storeInMemo(machine, machine.cursor.uint32())], // LONG_BINPUT
  [0x94, (machine) => storeInMemo(machine, machine.memo.size)], // MEMOIZE
  [0x68, (machine) => loadFromMemo(machine, machine.cursor.uint8())], // BINGET
  [0x6a, (machine) => loadFromMemo(machine, machine.cursor.uint32())], // LONG_BINGET

  [0x63, (machine) => pushName(machine, machine.cursor.line(), machine.cursor.line())], // GLOBAL
  [0x93, (machine) => pushName(machine, ...(popMany(machine, 2) as [unknown, unknown]))], // STACK_GLOBAL
  [0x69, refuseInstance], // INST
  [0x52, call], // REDUCE
  [0x62, skipState], // BUILD
  [0x51, (machine) => machine.stack.push(machine.vocabulary.persistent(popMany(machine, 1)[0]))], // BINPERSID
]);

/** In protocol 0, INST names a class and creates an object of it. */
function refuseInstance({ cursor }: Machine): never {
  throw new RefusedName(`${cursor.line()}.${cursor.line()}`);
}

function atMost(max: number, length: number): number {
  if (length > max) throw new Error(`its pickle has an integer of ${length} bytes`);
  return length;
}
