// HDF5 files that Keras writes (.weights.h5, .h5), read by the HDF5 library as WebAssembly: it sees a copy of the file in its
// own memory, and nothing else of the machine.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Dataset, Group } from 'h5wasm';
import { keras } from './keras.ts';
import { inNaturalOrder } from './natural-order.ts';
import type { FileTensor } from './state-dict.ts';
import type { WeightsFile } from './weights-file.ts';

const mostObjects = 10_000;

/** Throws Error. */
export async function openKeras(path: string): Promise<WeightsFile> {
  const hdf5 = await import('h5wasm');
  const { FS } = await hdf5.ready;
  const copy = `/${randomUUID()}`;
  FS.writeFile(copy, await readFile(path));
  const file = new hdf5.File(copy, 'r');
  const close = (): Promise<void> => {
    file.close();
    FS.unlink(copy);
    return Promise.resolve();
  };
  try {
    const stateDict = inNaturalOrder(collectTensors(file, hdf5));
    return { format: 'Keras (HDF5)', convention: keras, inOrder: false, stateDicts: new Map([['', stateDict]]), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Groups may hold each other, so what is opened is counted. */
function collectTensors(file: Group, hdf5: typeof import('h5wasm')): Map<string, FileTensor> {
  const tensors = new Map<string, FileTensor>();
  const waiting = [{ group: file, prefix: '' }];
  let objects = 0;
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    for (const name of next.group.keys()) {
      if (++objects > mostObjects) throw new Error(`it holds more than ${mostObjects} objects`);
      const item = next.group.get(name);
      const key = next.prefix + name;
      if (item instanceof hdf5.Group) waiting.push({ group: item, prefix: `${key}.` });
      if (item instanceof hdf5.Dataset) tensors.set(key, tensorOf(item));
    }
  }
  return tensors;
}

function tensorOf(dataset: Dataset): FileTensor {
  return {
    shape: dataset.shape ?? [],
    read() {
      const { value } = dataset;
      if (value instanceof Float32Array || value instanceof Float64Array)
        return Promise.resolve(Float32Array.from(value));
      throw new Error(`its dataset ${dataset.path} holds no floating-point numbers`);
    },
  };
}
