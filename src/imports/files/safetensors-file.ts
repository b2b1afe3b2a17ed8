// Opens a .safetensors file with PyTorch's names. Tensors are sorted by name, so that the order of layers is unknown.
import { decodeHeader, decodeTensor, describingDamage, headerLength, lengthBytes } from '../../formats/safetensors.ts';
import { openRegular, readBytes } from '../../system/read-file.ts';
import { inNaturalOrder } from '../match/natural-order.ts';
import { pytorch } from './pytorch.ts';
import type { FileTensor } from './state-dict.ts';
import type { WeightsFile } from './weights-file.ts';

/** Reads only the header; tensors are read on demand. Throws Error. @throws DcganError `checkpoint.damaged` */
export async function openSafetensors(path: string): Promise<WeightsFile> {
  const file = await openRegular(path);
  try {
    const { size } = await file.stat();
    const first = await readBytes(file, 0, Math.min(size, lengthBytes));
    const length = describingDamage(path, () => headerLength(first, size));
    const begin = lengthBytes + length;
    const header = await readBytes(file, lengthBytes, length);
    const { entries } = describingDamage(path, () => decodeHeader(header, size - begin));
    const tensors = entries.map((entry): [string, FileTensor] => [
      entry.name,
      {
        shape: entry.shape,
        read: async () =>
          decodeTensor(await readBytes(file, begin + entry.begin, entry.end - entry.begin), entry.dtype),
      },
    ]);
    return {
      format: 'safetensors',
      convention: pytorch,
      inOrder: false,
      stateDicts: new Map([['', inNaturalOrder(tensors)]]),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}
