// HDF5 files that Keras writes (.weights.h5, .h5), read by the HDF5 library as WebAssembly: it sees a copy of the file in its
// own memory, and nothing else of the machine.
import type { Dataset, File, Group } from 'h5wasm';
import { messageOf } from '../../errors.ts';
import { readRegular } from '../../system/read-file.ts';
import { inNaturalOrder } from '../match/natural-order.ts';
import { keras } from './keras.ts';
import type { FileTensor } from './state-dict.ts';
import type { WeightsFile } from './weights-file.ts';

type Hdf5 = typeof import('h5wasm');

const mostBytes = 2 ** 30; // the library's memory holds the copy and what is read of it
const mostObjects = 10_000;
const deepest = 32; // groups in groups; models of models in Keras come to 10
const mostSegments = 40_000; // of all paths together: the library walks each from the top, 20,000 a second

/** Throws Error. */
export async function openKeras(path: string): Promise<WeightsFile> {
  const hdf5 = await import('h5wasm');
  const library = await hdf5.ready;
  library.activate_throwing_error_handler(); // else it prints
  const bytes = await readRegular(path, mostBytes);
  const file = briefly(() => openCopy(bytes, hdf5, library.FS));
  const close = async () => void file.close();
  try {
    const stateDict = inNaturalOrder(briefly(() => collectTensors(file, hdf5)));
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
    files.unlink(copy); // what is open stays
  }
}

/** Groups may hold each other, so what is opened is counted, and how deep it lies. */
function collectTensors(file: File, { Group, Dataset }: Hdf5): Map<string, FileTensor> {
  const tensors = new Map<string, FileTensor>();
  const waiting: { group: Group; prefix: string; depth: number }[] = [{ group: file, prefix: '', depth: 1 }];
  let [objects, segments] = [0, 0];
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    for (const name of next.group.keys()) {
      if (next.depth > deepest) throw new Error(`its groups are nested more than ${deepest} deep`);
      segments += next.depth;
      if (++objects > mostObjects || segments > mostSegments) {
        throw new Error(
          `it holds more than ${mostObjects} objects, or paths of more than ${mostSegments} names together`,
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
      const value = briefly(() => dataset.value);
      if (value instanceof Float32Array || value instanceof Float64Array) return Float32Array.from(value);
      throw new Error(`its dataset ${dataset.path} holds no floating-point numbers`);
    },
  };
}

/** The library tells its whole way to an error; only the cause is passed on. */
function briefly<Value>(action: () => Value): Value {
  try {
    return action();
  } catch (error) {
    const way = [...messageOf(error).matchAll(/#\d+: .* in \w+\(\): (.*)/g)];
    throw new Error(way.at(-1)?.[1] ?? messageOf(error), { cause: error });
  }
}
