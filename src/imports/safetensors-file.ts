// A .safetensors file with PyTorch's names. It is sorted by name, so that the order of its layers is lost.
import { readFile } from 'node:fs/promises';
import { decodeSafetensors } from '../outputs/safetensors.ts';
import { inNaturalOrder } from './natural-order.ts';
import { pytorch } from './pytorch.ts';
import type { FileTensor } from './state-dict.ts';
import type { WeightsFile } from './weights-file.ts';

/** @throws DcganError `checkpoint.damaged` */
export async function openSafetensors(path: string): Promise<WeightsFile> {
  const { tensors } = decodeSafetensors(await readFile(path), path);
  const entries = Object.entries(tensors).map(([key, { shape, values }]): [string, FileTensor] => [
    key,
    { shape, read: () => Promise.resolve(values) },
  ]);
  return {
    format: 'safetensors',
    convention: pytorch,
    inOrder: false,
    stateDicts: new Map([['', inNaturalOrder(entries)]]),
    close: () => Promise.resolve(),
  };
}
