// What every kind of file comes to: tensors by name, read when they are asked for.

export interface FileTensor {
  shape: readonly number[];
  /** Its values in row-major order, as float32. */
  read(): Promise<Float32Array>;
}

/** Tensors by their keys, in the order of the file. */
export type StateDict = ReadonlyMap<string, FileTensor>;

export interface WeightsFile {
  /** The kind of file, for messages. */
  format: string;
  /** Whether its tensors stand in the order of the layers. */
  inOrder: boolean;
  /** Every state_dict in it, by the keys that lead there joined with dots; '' is the file itself. */
  stateDicts: ReadonlyMap<string, StateDict>;
  close(): Promise<void>;
}
