// Named tensors whose values are read on demand.

export interface FileTensor {
  shape: readonly number[];
  /** Its values in row-major order, as float32. Throws Error if the file is damaged. */
  read(): Promise<Float32Array>;
}

/** In the order of the file. */
export type StateDict = ReadonlyMap<string, FileTensor>;
