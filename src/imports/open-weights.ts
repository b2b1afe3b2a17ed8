// Opens a file of weights whatever its name: its first bytes tell its format.
import { open } from 'node:fs/promises';
import { DcganError, messageOf } from '../errors.ts';
import { openKeras } from './keras-file.ts';
import { RefusedName } from './pickle-machine.ts';
import { openSafetensors } from './safetensors-file.ts';
import { openTorchLegacy } from './torch-legacy.ts';
import { openTorchZip } from './torch-zip.ts';
import type { WeightsFile } from './weights-file.ts';

interface Format {
  isFormat: (first: Buffer) => boolean;
  open: (path: string) => Promise<WeightsFile>;
}

const formats: readonly Format[] = [
  { isFormat: (first) => first.toString('latin1', 4, 9) === '\0\0\0\0{', open: openSafetensors }, // its length may begin as others do
  { isFormat: (first) => first.toString('latin1', 0, 4) === 'PK\x03\x04', open: openTorchZip },
  { isFormat: (first) => first[0] === 0x80, open: openTorchLegacy },
  { isFormat: (first) => first.toString('latin1', 0, 4) === '\x89HDF', open: openKeras },
];

/**
 * Opens a file that PyTorch, safetensors or Keras has written. No code in it is run, and nothing it says of itself is believed.
 * @throws DcganError `usage.unreadable` (no such file), `checkpoint.unknown-format`, `checkpoint.damaged`,
 * `checkpoint.unsafe` (a pickle that names what no state_dict needs)
 */
export async function openWeights(path: string): Promise<WeightsFile> {
  const first = await firstBytes(path);
  const format = formats.find(({ isFormat }) => isFormat(first));
  if (!format) throw unknownFormat(path);
  return describing(path, () => format.open(path));
}

/** Turns what is wrong with a file into an error that names it. */
export async function describing<Value>(path: string, action: () => Promise<Value>): Promise<Value> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof RefusedName) throw unsafe(path, error);
    if (error instanceof DcganError) throw error;
    const happened = `${path} cannot be imported: ${messageOf(error).replaceAll(/\p{Cc}/gu, '?')}.`;
    throw new DcganError('checkpoint.damaged', { happened }, { cause: error, data: { path } });
  }
}

async function firstBytes(path: string): Promise<Buffer> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(16), 0, 16, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    const happened = `${path} cannot be read: ${messageOf(error)}.`;
    throw new DcganError('usage.unreadable', { happened }, { cause: error, data: { path } });
  }
}

function unsafe(path: string, { refused }: RefusedName): DcganError {
  return new DcganError(
    'checkpoint.unsafe',
    {
      happened: `${path} asks for ${JSON.stringify(refused)}, which is more than weights. Nothing in it was run.`,
      expected: 'Expected a state_dict: tensors by name, no model with its code.',
      fix: "If you trust the file, open it in PyTorch and save its weights alone: torch.save(model.state_dict(), 'weights.pt')",
    },
    { data: { path, refused } },
  );
}

function unknownFormat(path: string): DcganError {
  return new DcganError(
    'checkpoint.unknown-format',
    {
      happened: `${path} is no file of weights that is known here.`,
      expected: 'Expected what torch.save(model.state_dict(), ...), safetensors or Keras (.weights.h5) has written.',
    },
    { data: { path } },
  );
}
