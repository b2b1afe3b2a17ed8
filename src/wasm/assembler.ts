// Assembles WebAssembly functions from instructions (webassembly.github.io/spec/core/binary).

export type Code = number[];

const typeCodes = { i32: 0x7f, i64: 0x7e, f32: 0x7d, v128: 0x7b } as const;

/** A function without result. Its parameters, all i32, and then its locals are numbered from 0. */
export interface FunctionCode {
  parameters: number;
  locals: (keyof typeof typeCodes)[];
  body: Code;
}

export interface WasmFunction {
  run(...parameters: number[]): void;
  memory: ArrayBuffer;
}

/** TypeScript declares it only in the DOM library. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { exports: { run: WasmFunction['run']; memory: { buffer: ArrayBuffer } } };
};

/** One function over its own memory of `memoryPages` 64 KiB pages. */
export function assemble({ memoryPages, ...code }: FunctionCode & { memoryPages: number }): WasmFunction {
  const bytes = moduleBytes({ run: code }, { pages: memoryPages });
  const { run, memory } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
  return { run, memory: memory.buffer };
}

type ModuleMemory = { pages: number } | { imported: 'shared' | 'unshared' };

const largestMemoryPages = 65_536;

/** Functions that `call` each other by index, exported by name, over their own memory or the imported `env.memory`. */
export function moduleBytes(functions: Readonly<Record<string, FunctionCode>>, memory: ModuleMemory): Uint8Array {
  const all = Object.values(functions);
  const types = all.map(({ parameters }) => [0x60, ...list(Array(parameters).fill([typeCodes.i32])), 0]);
  const exports = Object.keys(functions).map((name, index) => exported(name, 0, index));
  const bodies = all.map(({ locals, body }) => [...list(locals.map((name) => [1, typeCodes[name]])), ...body, 0x0b]);
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // \0asm, version 1
    ...section(1, list(types)),
    ...('imported' in memory ? section(2, list([importedMemory(memory.imported)])) : []),
    ...section(3, list(all.map((_, index) => unsigned(index)))),
    ...('pages' in memory ? section(5, list([[0, ...unsigned(memory.pages)]])) : []),
    ...section(7, list('pages' in memory ? [...exports, exported('memory', 2, 0)] : exports)),
    ...section(10, list(bodies.map((code) => [...unsigned(code.length), ...code]))),
  ]);
}

function importedMemory(kind: 'shared' | 'unshared'): Code {
  const limits = kind === 'shared' ? [3, 0, ...unsigned(largestMemoryPages)] : [0, 0];
  return [...text('env'), ...text('memory'), 2, ...limits];
}

function section(id: number, content: Code): Code {
  return [id, ...unsigned(content.length), ...content];
}

function list(items: Code[]): Code {
  return [...unsigned(items.length), ...items.flat()];
}

function exported(name: string, kind: number, index: number): Code {
  return [...text(name), kind, ...unsigned(index)];
}

function text(letters: string): Code {
  return list([...letters].map((letter) => [letter.charCodeAt(0)]));
}

/** LEB128: seven bits per byte; the highest bit is set in all bytes but the last. */
function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: bigint): Code {
  const [low, rest] = [Number(value & 0x7fn), value >> 7n];
  const isLast = rest === (low & 0x40 ? -1n : 0n);
  return isLast ? [low] : [low | 0x80, ...signed(rest)];
}

// Instructions. Operands come first, as on WebAssembly's stack.

export const get = (local: number): Code => [0x20, local];
export const set = (local: number, value: Code): Code => [...value, 0x21, local];
export const i32 = (value: number): Code => [0x41, ...signed(BigInt(value | 0))];
export const i64 = (value: number): Code => [0x42, ...signed(BigInt(value))];
export const f32 = (value: number): Code => [0x43, ...new Uint8Array(Float32Array.of(value).buffer)];
export const loadInt = (address: Code, offset = 0): Code => [...address, 0x28, 2, ...unsigned(offset)];
export const add = (a: Code, b: Code): Code => [...a, ...b, 0x6a];
export const subtract = (a: Code, b: Code): Code => [...a, ...b, 0x6b];
/** local += by */
export const advance = (local: number, by: number): Code => set(local, add(get(local), i32(by)));
export const multiply = (a: Code, b: Code): Code => [...a, ...b, 0x6c];
/** Unsigned, rounded down. */
export const divide = (a: Code, b: Code): Code => [...a, ...b, 0x6e];
export const isEqual = (a: Code, b: Code): Code => [...a, ...b, 0x46];
/** Unsigned. */
export const isLess = (a: Code, b: Code): Code => [...a, ...b, 0x49];
/** Unsigned minimum. */
export const minimum = (a: Code, b: Code): Code => [...a, ...b, ...isLess(a, b), 0x1b];
export const and = (a: Code, b: Code): Code => [...a, ...b, 0x71];
export const xor = (a: Code, b: Code): Code => [...a, ...b, 0x73];
export const multiply64 = (a: Code, b: Code): Code => [...a, ...b, 0x7e];
export const multiplyFloats = (a: Code, b: Code): Code => [...a, ...b, 0x94];
/** Extends unsigned 32 to 64 bits, and takes the lower or upper 32 bits. */
export const extend = (a: Code): Code => [...a, 0xad];
export const lowerHalf = (a: Code): Code => [...a, 0xa7];
export const upperHalf = (a: Code): Code => lowerHalf([...a, ...i64(32), 0x88]);
export const toFloat = (a: Code): Code => [...a, 0xb2];
export const addFloats = (a: Code, b: Code): Code => [...a, ...b, 0x92];
export const loadFloat = (address: Code, offset = 0): Code => [...address, 0x2a, 2, ...unsigned(offset)];
/** Stores a float `offset` bytes after an address. */
export const storeFloat = (address: Code, offset: number, value: Code): Code => [...address, ...value, 0x38, 2, offset];
/** Four floats at once: load four, load one into all four lanes, store, fill all lanes with a value, sums, products. */
export const load4 = (address: Code, offset: number): Code => [...address, 0xfd, 0x00, 2, ...unsigned(offset)];
export const loadInto4 = (address: Code, offset: number): Code => [...address, 0xfd, 0x09, 2, ...unsigned(offset)];
export const store4 = (address: Code, offset: number, value: Code): Code => [
  ...address,
  ...value,
  0xfd,
  0x0b,
  2,
  ...unsigned(offset),
];
export const splat = (a: Code): Code => [...a, 0xfd, 0x13];
export const add4 = (a: Code, b: Code): Code => [...a, ...b, 0xfd, 0xe4, 1];
export const multiply4 = (a: Code, b: Code): Code => [...a, ...b, 0xfd, 0xe6, 1];
/** Two float64 at once: load one into both lanes, zeros, sums, differences, products. `load4` and `store4` work for them too. */
export const loadInto2 = (address: Code, offset: number): Code => [...address, 0xfd, 0x0a, 3, ...unsigned(offset)];
export const zeros2: Code = [0x44, 0, 0, 0, 0, 0, 0, 0, 0, 0xfd, 0x14];
export const add2 = (a: Code, b: Code): Code => [...a, ...b, 0xfd, 0xf0, 1];
export const subtract2 = (a: Code, b: Code): Code => [...a, ...b, 0xfd, 0xf1, 1];
export const multiply2 = (a: Code, b: Code): Code => [...a, ...b, 0xfd, 0xf2, 1];
/** Fills four lanes with a 32-bit word; loads 8 bytes as 16-bit numbers. */
export const splatWord = (a: Code): Code => [...a, 0xfd, 0x11];
export const loadBytes8 = (address: Code, offset: number): Code => [...address, 0xfd, 0x02, 0, ...unsigned(offset)];
/** Interleaves the 16-bit numbers of a and b: of their lower halves, of their upper halves. */
export const interleaveLow = (a: Code, b: Code): Code => shuffle(a, b, 0);
export const interleaveHigh = (a: Code, b: Code): Code => shuffle(a, b, 8);
const shuffle = (a: Code, b: Code, from: number): Code => [
  ...[...a, ...b, 0xfd, 0x0d],
  ...[0, 2, 4, 6].flatMap((i) => [from + i, from + i + 1, from + i + 16, from + i + 17]),
];
/** Dot products of pairs of 16-bit numbers, as four 32-bit numbers; sums of these; arithmetic right shifts of each. */
export const pairProducts = (a: Code, b: Code): Code => [...a, ...b, 0xfd, 0xba, 1];
export const addWords4 = (a: Code, b: Code): Code => [...a, ...b, 0xfd, 0xae, 1];
export const shiftWords4 = (a: Code, bits: number): Code => [...a, ...i32(bits), 0xfd, 0xac, 1];
/** Narrows eight 32-bit numbers to bytes, clamped to 0..255, in the lower half. */
export const narrowToBytes = (a: Code, b: Code): Code => {
  const narrow = [...a, ...b, 0xfd, 0x85, 1];
  return [...narrow, ...narrow, 0xfd, 0x66];
};
/** Stores byte `index` of 16. */
export const storeByte = (address: Code, bytes: Code, index: number): Code => [
  ...address,
  ...bytes,
  0xfd,
  0x58,
  0,
  0,
  index,
];
/** Runs the body, then repeats it while the condition is not 0. */
export const doWhile = (body: Code, condition: Code): Code => [0x03, 0x40, ...body, ...condition, 0x0d, 0, 0x0b];
/** `doWhile` with the body unrolled twice; the condition is tested after each half. */
export const doWhileUnrolled = (first: Code, second: Code, condition: Code): Code => [
  ...[0x02, 0x40, 0x03, 0x40],
  ...[...first, ...condition, 0x45, 0x0d, 1],
  ...[...second, ...condition, 0x0d, 0],
  ...[0x0b, 0x0b],
];
export const when = (condition: Code, body: Code, otherwise: Code = []): Code => [
  ...[...condition, 0x04, 0x40],
  ...body,
  ...(otherwise.length > 0 ? [0x05, ...otherwise] : []),
  0x0b,
];
export const call = (index: number, ...parameters: Code[]): Code => [...parameters.flat(), 0x10, ...unsigned(index)];
