// A .safetensors file with PyTorch's names. It is sorted by name, so the order of layers is that of the numbers in their names.
import { readFile } from 'node:fs/promises';
import { decodeSafetensors } from '../outputs/safetensors.ts';
import type { FileTensor, WeightsFile } from './weights-file.ts';

/** @throws DcganError `checkpoint.damaged` */
export async function openSafetensors(path: string): Promise<WeightsFile> {
  const { tensors } = decodeSafetensors(await readFile(path), path);
  const inOrder = Object.entries(tensors).sort(([a], [b]) => byNumbers.compare(a, b));
  const stateDict = inOrder.map(([key, { shape, values }]): [string, FileTensor] => [
    key,
    { shape, read: () => Promise.resolve(values) },
  ]);
  return {
    format: 'safetensors',
    inOrder: false,
    stateDicts: new Map([['', new Map(stateDict)]]),
    close: () => Promise.resolve(),
  };
}

const byNumbers = new Intl.Collator('en', { numeric: true }); // cnn.9 before cnn.12
