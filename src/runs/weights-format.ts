// Recognises the format of a weights file by its first bytes.
import { openRegular } from '../system/read-file.ts';

export type WeightsFormat = 'safetensors' | 'torch zip' | 'torch legacy' | 'hdf5';

const magicBytes = 16;

/** The format of a file, whatever its name; undefined if it is unknown. @throws UnreadableFile */
export async function weightsFormatOf(path: string): Promise<WeightsFormat | undefined> {
  const file = await openRegular(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(magicBytes), 0, magicBytes, 0);
    return formatOf(buffer.toString('latin1', 0, bytesRead));
  } finally {
    await file.close();
  }
}

function formatOf(first: string): WeightsFormat | undefined {
  if (first.slice(4, 9) === '\0\0\0\0{') return 'safetensors'; // checked first: its leading length may look like the other signatures
  if (first.startsWith('PK\x03\x04')) return 'torch zip';
  if (first.startsWith('\x80')) return 'torch legacy';
  return first.startsWith('\x89HDF') ? 'hdf5' : undefined;
}
