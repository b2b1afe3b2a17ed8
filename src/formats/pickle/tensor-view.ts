// A tensor as PyTorch saves it: a view of a storage, with an offset and a stride per axis. Checks views from untrusted files.
import { elementCount } from '../tensor-shape.ts';
import { valueTypes } from '../value-types.ts';

/** An array of numbers in a file, which several tensors may view. */
export interface Storage {
  key: string;
  /** A name of `valueTypes`. */
  type: string;
  /** Number of values. */
  length: number;
}

export interface TensorView {
  storage: Storage;
  /** In values of the storage, not bytes, like `strides`. */
  offset: number;
  shape: readonly number[];
  strides: readonly number[];
}

/** A tensor may be a slice of a larger one, but not a few values spread over gigabytes. */
const maxSpan = 2 ** 24; // values, for tensors that are smaller than that

/** Throws Error unless every value of the tensor lies within its storage, at an offset of its own. */
export function checkView(view: TensorView): void {
  const { storage, offset, shape, strides } = view;
  const described = `a tensor [${shape.join(', ')}] with strides [${strides.join(', ')}] from ${offset}`;
  if (shape.length !== strides.length) throw new Error(`${described} is invalid`);
  if (shape.includes(0)) return;
  const axes = shape.map((size, axis) => ({ size, stride: strides[axis]! })).filter(({ size }) => size > 1);
  let reach = 1; // values from the first to the last one, over the axes so far
  for (const { size, stride } of axes.sort((a, b) => a.stride - b.stride)) {
    if (stride < reach) throw new Error(`${described} overlaps itself`);
    reach += (size - 1) * stride;
  }
  if (offset + reach > storage.length) {
    throw new Error(`${described} reaches beyond the ${storage.length} numbers of its storage`);
  }
  if (reach > Math.max(maxSpan, 4 * elementCount(shape))) throw new Error(`${described} is spread too widely`);
}

/** The byte range of a checked view in its storage. */
export function byteSpan({ storage, offset, shape, strides }: TensorView): { begin: number; end: number } {
  const size = valueTypes.get(storage.type)!.bytes;
  const last = shape.reduce((position, side, axis) => position + (side - 1) * strides[axis]!, offset);
  return { begin: offset * size, end: (shape.includes(0) ? offset : last + 1) * size };
}

/** The values of a checked view in row-major order, as float32. `bytes` are those of its `byteSpan`. */
export function readView({ storage, shape, strides }: TensorView, bytes: Uint8Array): Float32Array {
  const { bytes: size, read } = valueTypes.get(storage.type)!;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const values = new Float32Array(elementCount(shape));
  const index = shape.map(() => 0);
  let position = 0;
  for (let i = 0; i < values.length; i++) {
    values[i] = read(view, position * size);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      position += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      position -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return values;
}

export function storageBytes({ type, length }: Storage): number {
  return length * valueTypes.get(type)!.bytes;
}
