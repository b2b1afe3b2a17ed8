// Reads Keras's HDF5 files (.weights.h5, .h5) with the HDF5 library in WebAssembly, which can access only a copy of the file in
// its own memory.
import type { Dataset, File, Group } from 'h5wasm';
import { messageOf } from '../../errors.ts';
import { readRegular } from '../../system/read-file.ts';
import { inNaturalOrder } from '../match/natural-order.ts';
import { keras } from './keras.ts';
import type { FileTensor } from './state-dict.ts';
import type { WeightsFile } from './weights-file.ts';

type Hdf5 = typeof import('h5wasm');

const maxBytes = 2 ** 30; // the library's memory must hold the copy and the values read
const maxObjects = 10_000;
const maxDepth = 32; // of groups; nested models in Keras have about 10
const maxSegments = 40_000; // of all paths together: the library resolves each from the root, 20,000 per second

/** Throws Error. */
export async function openKeras(path: string): Promise<WeightsFile> {
  const hdf5 = await import('h5wasm');
  const library = await hdf5.ready;
  library.activate_throwing_error_handler(); // otherwise it prints errors
  const bytes = await readRegular(path, maxBytes);
  const file = withCauseOnly(() => openCopy(bytes, hdf5, library.FS));
  const close = async () => void file.close();
  try {
    const stateDict = inNaturalOrder(withCauseOnly(() => collectTensors(file, hdf5)));
    return { format: 'Keras (HDF5)', convention: keras, inOrder: false, stateDicts: new Map([['', stateDict]]), close };
  } catch (error) {
    await close();
    throw error;
  }
}

function openCopy(bytes: Uint8Array, { File }: Hdf5, files: Awaited<Hdf5['ready']>['FS']): File {
  const copy = '/weights.h5';
  files.writeFile(copy, bytes);
  try {
    return new File(copy, 'r');
  } finally {
    files.unlink(copy); // an open file stays readable
  }
}

/** Limits the number and depth of objects, because groups may contain each other. */
function collectTensors(file: File, { Group, Dataset }: Hdf5): Map<string, FileTensor> {
  const tensors = new Map<string, FileTensor>();
  const waiting: { group: Group; prefix: string; depth: number }[] = [{ group: file, prefix: '', depth: 1 }];
  let [objects, segments] = [0, 0];
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    for (const name of next.group.keys()) {
      if (next.depth > maxDepth) throw new Error(`its groups are nested more than ${maxDepth} deep`);
      segments += next.depth;
      if (++objects > maxObjects || segments > maxSegments) {
        throw new Error(
          `it holds more than ${maxObjects} objects, or paths of more than ${maxSegments} names together`,
        );
      }
      const item = next.group.get(name);
      const key = next.prefix + name;
      if (item instanceof Group) waiting.push({ group: item, prefix: `${key}.`, depth: next.depth + 1 });
      if (item instanceof Dataset) tensors.set(key, tensorOf(item));
    }
  }
  return tensors;
}

function tensorOf(dataset: Dataset): FileTensor {
  return {
    shape: dataset.shape ?? [],
    async read() {
      if (dataset.metadata.virtual_sources)
        throw new Error(`its dataset ${dataset.path} only refers to data elsewhere`);
      const value = withCauseOnly(() => dataset.value);
      if (value instanceof Float32Array || value instanceof Float64Array) return Float32Array.from(value);
      throw new Error(`its dataset ${dataset.path} holds no floating-point numbers`);
    },
  };
}

/** Reduces the library's error stack to its cause. */
function withCauseOnly<Value>(action: () => Value): Value {
  try {
    return action();
  } catch (error) {
    const stack = [...messageOf(error).matchAll(/#\d+: .* in \w+\(\): (.*)/g)];
    throw new Error(stack.at(-1)?.[1] ?? messageOf(error), { cause: error });
  }
}
