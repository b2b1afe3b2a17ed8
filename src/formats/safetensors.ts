// The safetensors file format (github.com/huggingface/safetensors): a length, a JSON header, then the values of every tensor,
// little-endian. Writes floats of 32 and 16 bits; reads all types of `valueTypes` as float32.
import { DcganError, messageOf } from '../errors.ts';
import { parseJson } from '../system/json.ts';
import { elementCount } from './tensor-shape.ts';
import { encodeValues, valueTypes, type WrittenType, writtenTypes } from './value-types.ts';

interface NamedTensor {
  shape: readonly number[];
  /** In row-major order, as many as the product of the shape's sides. */
  values: Float32Array;
  /** Type in the file. @default F32 */
  type?: WrittenType;
}

export type NamedTensors = Record<string, NamedTensor>;

interface HeaderEntry {
  name: string;
  dtype: string;
  shape: number[];
  begin: number; // [begin, end) in bytes, counted from the end of the header
  end: number;
}

/** Size of the header length, with which a file begins. */
export const lengthBytes = 8;
const maxHeaderBytes = 100_000_000; // the limit of the reference implementation

/** The bytes of a safetensors file, as consecutive chunks. Values of 32 bits are not copied. */
export function encodeSafetensors(tensors: NamedTensors, metadata: Record<string, string> = {}): Uint8Array[] {
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  const chunks: Uint8Array[] = [];
  let offset = 0;
  for (const name of inOrder(tensors)) {
    const { shape, values, type = 'F32' } = tensors[name]!;
    if (isReserved(name) || name === '__metadata__') throw new Error(`A tensor cannot be called ${name}.`);
    if (elementCount(shape) !== values.length) {
      throw new Error(`Tensor ${name} has ${values.length} values, but shape [${shape.join(', ')}].`);
    }
    const chunk = encodeValues(values, type);
    header[name] = { dtype: type, shape, data_offsets: [offset, offset + chunk.length] };
    offset += chunk.length;
    chunks.push(chunk);
  }
  return [encodeHeader(header), ...chunks];
}

/** Wide types first, so that all values are aligned, then by name, as in the reference implementation. */
function inOrder(tensors: NamedTensors): string[] {
  const rank = (name: string) => writtenTypes.indexOf(tensors[name]!.type ?? 'F32');
  return Object.keys(tensors)
    .sort()
    .sort((a, b) => rank(a) - rank(b));
}

/** The header's length (8 bytes), and the header padded with spaces to a multiple of 8. */
function encodeHeader(header: Record<string, unknown>): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(bytes.length - 8), true);
  bytes.set(json, 8);
  return bytes;
}

/**
 * Reads a complete, untrusted safetensors file. Aligned float32 tensors are views of `bytes`; others are converted.
 * @param source the file's name, for messages
 * @throws DcganError `checkpoint.damaged`
 */
export function decodeSafetensors(
  bytes: Uint8Array,
  source: string,
): { tensors: NamedTensors; metadata: Record<string, string> } {
  return describingDamage(source, () => {
    const begin = lengthBytes + headerLength(bytes, bytes.length);
    const data = bytes.subarray(begin);
    const { entries, metadata } = decodeHeader(bytes.subarray(lengthBytes, begin), data.length);
    const tensors = entries.map(({ name, shape, dtype, begin, end }) => {
      return [name, { shape, values: decodeTensor(data.subarray(begin, end), dtype) }];
    });
    return { tensors: Object.fromEntries(tensors), metadata };
  });
}

/** Adds the file's name to an error. @throws DcganError `checkpoint.damaged` */
export function describingDamage<Value>(source: string, action: () => Value): Value {
  try {
    return action();
  } catch (error) {
    const happened = `${source} is damaged or not a safetensors file: ${messageOf(error)}.`;
    throw new DcganError('checkpoint.damaged', { happened }, { cause: error, data: { source } });
  }
}

/** The length of the header, from the first bytes of a file. Throws Error if it exceeds the file. */
export function headerLength(first: Uint8Array, fileBytes: number): number {
  if (fileBytes < lengthBytes) throw new Error(`it has ${fileBytes} bytes, fewer than the 8 of its header's length`);
  const length = new DataView(first.buffer, first.byteOffset, lengthBytes).getBigUint64(0, true);
  const limit = Math.min(fileBytes - lengthBytes, maxHeaderBytes);
  if (length > limit) throw new Error(`its header claims ${length} bytes, but at most ${limit} are possible`);
  return Number(length);
}

/** The tensors in a header. Throws Error if it is invalid, or its tensors do not fill the bytes after it exactly. */
export function decodeHeader(
  bytes: Uint8Array,
  dataBytes: number,
): { entries: HeaderEntry[]; metadata: Record<string, string> } {
  const { __metadata__: metadata, ...described } = parseHeader(bytes);
  const entries = Object.entries(described).map(([name, value]) => checkEntry(name, value));
  checkLayout(entries, dataBytes);
  return { entries, metadata: checkMetadata(metadata) };
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  const header = parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  if (!isRecord(header)) throw new Error('its header is not a JSON object');
  return header;
}

function checkEntry(name: string, value: unknown): HeaderEntry {
  if (isReserved(name)) throw new Error(`a tensor is called ${name}`);
  if (!isRecord(value)) throw new Error(`its entry ${name} is not an object`);
  const { dtype, shape, data_offsets: offsets } = value;
  const type = typeof dtype === 'string' ? valueTypes.get(dtype) : undefined;
  if (typeof dtype !== 'string' || type === undefined) {
    throw new Error(
      `tensor ${name} has type ${JSON.stringify(dtype)}, not one of ${[...valueTypes.keys()].join(', ')}`,
    );
  }
  if (!isCounts(shape)) throw new Error(`tensor ${name} has an invalid shape`);
  if (!isCounts(offsets) || offsets.length !== 2) throw new Error(`tensor ${name} has invalid data_offsets`);
  const [begin, end] = [offsets[0]!, offsets[1]!];
  if (end - begin !== elementCount(shape) * type.bytes) {
    throw new Error(`tensor ${name} has ${end - begin} bytes, not those of ${dtype} [${shape.join(', ')}]`);
  }
  return { name, dtype, shape, begin, end };
}

/** The tensors must fill the data exactly: no gap, no overlap, nothing after the last. */
function checkLayout(entries: readonly HeaderEntry[], dataBytes: number): void {
  let position = 0;
  for (const entry of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (entry.begin !== position) throw new Error(`tensor ${entry.name} begins at ${entry.begin}, not ${position}`);
    position = entry.end;
  }
  if (position !== dataBytes)
    throw new Error(`its tensors take ${position} bytes, but the file has ${dataBytes} for them`);
}

function checkMetadata(metadata: unknown): Record<string, string> {
  if (metadata === undefined) return {};
  if (!isRecord(metadata)) throw new Error('its __metadata__ is not an object');
  const entries = Object.entries(metadata).map(([key, value]): [string, string] => {
    if (typeof value !== 'string' || isReserved(key)) throw new Error(`its __metadata__.${key} is not a string`);
    return [key, value];
  });
  return Object.fromEntries(entries);
}

/** The values of one tensor's bytes. */
export function decodeTensor(data: Uint8Array, dtype: string): Float32Array {
  const { bytes, read } = valueTypes.get(dtype)!;
  const count = data.length / bytes;
  if (dtype === 'F32' && data.byteOffset % 4 === 0) return new Float32Array(data.buffer, data.byteOffset, count);
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  return Float32Array.from({ length: count }, (_, i) => read(view, i * bytes));
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Property names of every object, such as `__proto__`. */
function isReserved(name: string): boolean {
  return name in Object.prototype;
}
