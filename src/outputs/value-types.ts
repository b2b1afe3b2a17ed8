// The number formats of safetensors that are read, each as bytes -> JavaScript number. I64 beyond 2^53 loses its last digits.

interface ValueType {
  bytes: number;
  read(view: DataView, offset: number): number;
}

/** Number formats by their name in a safetensors header. */
export const valueTypes = new Map<string, ValueType>([
  ['F64', { bytes: 8, read: (view, offset) => view.getFloat64(offset, true) }],
  ['F32', { bytes: 4, read: (view, offset) => view.getFloat32(offset, true) }],
  ['F16', { bytes: 2, read: (view, offset) => halfToNumber(view.getUint16(offset, true)) }],
  ['BF16', { bytes: 2, read: (view, offset) => bfloat16ToNumber(view.getUint16(offset, true)) }],
  ['I64', { bytes: 8, read: (view, offset) => Number(view.getBigInt64(offset, true)) }],
  ['I32', { bytes: 4, read: (view, offset) => view.getInt32(offset, true) }],
  ['U8', { bytes: 1, read: (view, offset) => view.getUint8(offset) }],
]);

const scratch = new DataView(new ArrayBuffer(4));

/** bfloat16 is the upper half of a float32. */
function bfloat16ToNumber(bits: number): number {
  scratch.setUint16(0, bits);
  return scratch.getFloat32(0);
}

/** IEEE 754 binary16: 1 sign bit, 5 exponent bits with bias 15, 10 fraction bits. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
