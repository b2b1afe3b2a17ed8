// Records every native op that tfjs runs while a function is traced, by wrapping the binding that tfjs calls.
import { DcganError } from '../../../errors.ts';
import type { Binding, TensorMetadata } from '../binding.ts';
import { type ConstantValue, DataType, type OpAttribute, typeAttribute } from '../graph/graph.ts';
import { outputsOf } from '../graph/output-shapes.ts';
import { isShapeConstant } from './shape-constants.ts';

export interface RecordedOp {
  op: string;
  attributes: readonly OpAttribute[];
  inputs: readonly number[];
  outputs: readonly TensorMetadata[];
}

export interface Recording {
  ops: RecordedOp[];
  /** Tensors made in JavaScript, by native id. */
  constants: Map<number, ConstantValue>;
}

export interface Recorder {
  /** The native binding, wrapped, for tfjs to compute with. */
  binding: Binding;
  readonly active: boolean;
  /** Runs `trace` once and returns the native ops it ran. `name` is the function's name, for messages. */
  record(name: string, trace: () => void): Recording;
}

/**
 * A placeholder for in-place updates, which a trace must not execute. It has no eager kernel: traced, it returns its first inputs as its
 * outputs, and the graph builder replaces it.
 */
export const applyAdamOpName = 'ApplyAdamInPlace';

const maxConstantSize = 64; // values, unless they are all equal or depend on shapes only

export function createRecorder(native: Binding): Recorder {
  let recording: Recording | undefined;
  const shapes = new Map<number, readonly number[]>(); // of live tensors, by native id
  let functionName = '';
  let readError: DcganError | undefined;

  const binding: Binding = {
    ...copyMembers(native),
    createTensor(shape, dtype, values) {
      const constant = recording && checkedConstant(functionName, shape, dtype, values);
      const id = native.createTensor(shape, dtype, values);
      if (constant) recording?.constants.set(id, constant);
      shapes.set(id, [...shape]);
      return id;
    },
    deleteTensor(id) {
      shapes.delete(id);
      native.deleteTensor(id);
    },
    executeOp(name, attributes, inputs, outputCount) {
      const outputs = recording
        ? traceOutputs(native, { name, attributes, inputs, outputCount, shapes, recording })
        : native.executeOp(name, attributes, inputs, outputCount);
      recording?.ops.push({ op: name, attributes, inputs: [...inputs], outputs });
      for (const { id, shape } of outputs) shapes.set(id, shape);
      return outputs;
    },
    tensorDataSync(id) {
      if (recording) {
        readError = readWhileRecording(functionName); // tensor.data() would only reject a promise with it
        throw readError;
      }
      return native.tensorDataSync(id);
    },
  };

  return {
    binding,
    get active() {
      return recording !== undefined;
    },
    record(name, trace) {
      const made: Recording = { ops: [], constants: new Map() };
      recording = made;
      functionName = name;
      readError = undefined;
      try {
        trace();
      } finally {
        recording = undefined;
      }
      if (readError) throw readError;
      return made;
    },
  };
}

interface TracedCall {
  name: string;
  attributes: readonly OpAttribute[];
  inputs: readonly number[];
  outputCount: number;
  shapes: ReadonlyMap<number, readonly number[]>;
  recording: Recording;
}

/** Output tensors with the right shapes. A trace needs no values, so expensive ops are not computed. */
function traceOutputs(native: Binding, call: TracedCall): TensorMetadata[] {
  const { name, attributes, inputs, outputCount, shapes, recording } = call;
  if (name === applyAdamOpName) {
    return inputs.slice(0, outputCount).map((id) => native.executeOp('Identity', [], [id], 1)[0]!);
  }
  const constant = (index: number) => {
    const values = recording.constants.get(inputs[index]!)?.values;
    return values && [...values];
  };
  const known = outputsOf(name, { attributes, shapes: inputs.map((id) => shapes.get(id)!), constant }, outputCount);
  if (!known) return native.executeOp(name, attributes, inputs, outputCount);
  return known.shapes.map((shape) => uninitialised(native, shape, known.dtype));
}

/** Untouched pages take no memory. */
function uninitialised(native: Binding, shape: readonly number[], dtype: number): TensorMetadata {
  const size = native.createTensor([shape.length], DataType.int32, Int32Array.from(shape));
  const attributes = [typeAttribute('dtype', dtype)];
  const [made] = native.executeOp('Empty', attributes, [size], 1);
  native.deleteTensor(size);
  return made!;
}

/** Some members are getters and none is configurable, so they are copied one by one. */
function copyMembers(native: Binding): Binding {
  const members = Object.getOwnPropertyNames(native).map((name) => {
    const member = native[name as keyof Binding];
    return [name, typeof member === 'function' ? member.bind(native) : member];
  });
  return Object.fromEntries(members) as Binding;
}

function checkedConstant(
  functionName: string,
  shape: readonly number[],
  dtype: number,
  values: ArrayBufferView | ArrayLike<number>,
): ConstantValue {
  const array = values as Float32Array | Int32Array | Uint8Array;
  if (array.length > maxConstantSize && !isShapeConstant(values) && array.some((value) => value !== array[0])) {
    throw new DcganError('engine.large-constant', {
      happened: `Function '${functionName}' makes a tensor [${shape.join(', ')}] of ${array.length} different values in JavaScript.`,
      expected: `A recorded function may make tensors of at most ${maxConstantSize} values; a replay would repeat the same ones.`,
      fix: 'Feed the values, or make them on the engine (statelessUniform).',
    });
  }
  return { shape: [...shape], dtype, values: array.slice() };
}

function readWhileRecording(functionName: string): DcganError {
  return new DcganError('engine.read-while-recording', {
    happened: `Function '${functionName}' reads the value of a tensor.`,
    expected: 'A recorded function is traced once and replayed, so no value may leave the engine inside it.',
    fix: 'Return the tensor as an output instead.',
  });
}
