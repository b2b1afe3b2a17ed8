// Tensors by name, read when they are asked for.

export interface FileTensor {
  shape: readonly number[];
  /** Its values in row-major order, as float32. Throws Error where the file is not what it said. */
  read(): Promise<Float32Array>;
}

/** Tensors by their keys, in the order of the file. */
export type StateDict = ReadonlyMap<string, FileTensor>;
