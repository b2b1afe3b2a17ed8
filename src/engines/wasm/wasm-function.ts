// A WebAssembly function of our own, assembled from its instructions (webassembly.github.io/spec/core/binary), over its own memory.

export type Code = number[];

const typeCodes = { i32: 0x7f, i64: 0x7e, f32: 0x7d, v128: 0x7b } as const;

/** What a function is made of. Parameters, all i32, and then locals are numbered from 0. It has no result. */
export interface FunctionCode {
  parameters: number;
  locals: (keyof typeof typeCodes)[];
  body: Code;
  /** Of 64 KiB. */
  memoryPages: number;
}

export interface WasmFunction {
  run(...parameters: number[]): void;
  memory: ArrayBuffer;
}

/** Its types come with those of browsers only. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { exports: { run: WasmFunction['run']; memory: { buffer: ArrayBuffer } } };
};

export function assemble({ parameters, locals, body, memoryPages }: FunctionCode): WasmFunction {
  const type = [0x60, ...list(Array(parameters).fill([typeCodes.i32])), 0];
  const code = [...list(locals.map((name) => [1, typeCodes[name]])), ...body, 0x0b];
  const bytes = [
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // \0asm, version 1
    ...section(1, list([type])),
    ...section(3, list([[0]])), // function 0 has type 0
    ...section(5, list([[0, ...unsigned(memoryPages)]])),
    ...section(7, list([exported('run', 0), exported('memory', 2)])),
    ...section(10, list([[...unsigned(code.length), ...code]])),
  ];
  const { run, memory } = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(bytes))).exports;
  return { run, memory: memory.buffer };
}

function section(id: number, content: Code): Code {
  return [id, ...unsigned(content.length), ...content];
}

function list(items: Code[]): Code {
  return [...unsigned(items.length), ...items.flat()];
}

function exported(name: string, kind: number): Code {
  return [...list([...name].map((letter) => [letter.charCodeAt(0)])), kind, 0];
}

/** LEB128: seven bits a byte, the highest bit says that there are more. */
function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: bigint): Code {
  const [low, rest] = [Number(value & 0x7fn), value >> 7n];
  const isLast = rest === (low & 0x40 ? -1n : 0n);
  return isLast ? [low] : [low | 0x80, ...signed(rest)];
}

// Instructions, operands first as on WebAssembly's stack.

export const get = (local: number): Code => [0x20, local];
export const set = (local: number, value: Code): Code => [...value, 0x21, local];
export const i32 = (value: number): Code => [0x41, ...signed(BigInt(value | 0))];
export const i64 = (value: number): Code => [0x42, ...signed(BigInt(value))];
export const f32 = (value: number): Code => [0x43, ...new Uint8Array(Float32Array.of(value).buffer)];
export const add = (a: Code, b: Code): Code => [...a, ...b, 0x6a];
export const and = (a: Code, b: Code): Code => [...a, ...b, 0x71];
export const xor = (a: Code, b: Code): Code => [...a, ...b, 0x73];
export const multiply64 = (a: Code, b: Code): Code => [...a, ...b, 0x7e];
export const multiplyFloats = (a: Code, b: Code): Code => [...a, ...b, 0x94];
/** Unsigned 32 to 64 bits, and back to the lower or upper half. */
export const extend = (a: Code): Code => [...a, 0xad];
export const lowerHalf = (a: Code): Code => [...a, 0xa7];
export const upperHalf = (a: Code): Code => lowerHalf([...a, ...i64(32), 0x88]);
export const toFloat = (a: Code): Code => [...a, 0xb2];
/** Stores a float `offset` bytes after an address. */
export const storeFloat = (address: Code, offset: number, value: Code): Code => [...address, ...value, 0x38, 2, offset];
/** Four floats at once: loaded, one float loaded into all four, stored, one in all four, sums, products. */
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
/** Runs the body, and again while the condition is not 0. */
export const repeatWhile = (body: Code, condition: Code): Code => [0x03, 0x40, ...body, ...condition, 0x0d, 0, 0x0b];
