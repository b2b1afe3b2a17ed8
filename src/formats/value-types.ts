// Conversion between the number formats of safetensors and JavaScript numbers. I64 beyond 2^53 loses its last digits.
import { getFloat16, setFloat16 } from '@petamoriken/float16';

interface ValueType {
  bytes: number;
  read(view: DataView, offset: number): number;
}

/** The types that weights can be written as, in file order. */
export const writtenTypes = ['F32', 'BF16', 'F16'] as const;
export type WrittenType = (typeof writtenTypes)[number];

const largestHalf = 65504; // of F16

/** Whether all values are in the range of F16. */
export function fitsFloat16(values: Float32Array): boolean {
  return values.every((value) => Math.abs(value) <= largestHalf);
}

/** The bytes of values, rounded to nearest, ties to even. F32 is not copied. */
export function encodeValues(values: Float32Array, type: WrittenType): Uint8Array {
  if (type === 'F32') return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const encoded = Uint16Array.from(values, type === 'F16' ? numberToHalf : numberToBfloat16);
  return new Uint8Array(encoded.buffer);
}

/** Number formats by their name in a safetensors header. */
export const valueTypes = new Map<string, ValueType>([
  ['F64', { bytes: 8, read: (view, offset) => view.getFloat64(offset, true) }],
  ['F32', { bytes: 4, read: (view, offset) => view.getFloat32(offset, true) }],
  ['F16', { bytes: 2, read: (view, offset) => getFloat16(view, offset, true) }],
  ['BF16', { bytes: 2, read: (view, offset) => bfloat16ToNumber(view.getUint16(offset, true)) }],
  ['I64', { bytes: 8, read: (view, offset) => Number(view.getBigInt64(offset, true)) }],
  ['I32', { bytes: 4, read: (view, offset) => view.getInt32(offset, true) }],
  ['U8', { bytes: 1, read: (view, offset) => view.getUint8(offset) }],
]);

const scratch = new DataView(new ArrayBuffer(4));

/** bfloat16 is the upper half of a float32. */
function bfloat16ToNumber(bits: number): number {
  scratch.setUint32(0, bits * 0x10000);
  return scratch.getFloat32(0);
}

function numberToBfloat16(value: number): number {
  scratch.setFloat32(0, value);
  const bits = scratch.getUint32(0);
  if (Number.isNaN(value)) return (bits >>> 16) | 0x40; // rounding could make it an infinity
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

function numberToHalf(value: number): number {
  setFloat16(scratch, 0, value);
  return scratch.getUint16(0);
}
