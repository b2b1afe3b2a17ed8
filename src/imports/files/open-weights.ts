// Opens a weights file of any format, recognised by its first bytes.
import { DcganError, messageOf } from '../../errors.ts';
import { RefusedName } from '../../formats/pickle/pickle-machine.ts';
import { type WeightsFormat, weightsFormatOf } from '../../runs/weights-format.ts';
import { UnreadableFile } from '../../system/read-file.ts';
import { openKeras } from './keras-file.ts';
import { openSafetensors } from './safetensors-file.ts';
import { openTorchLegacy } from './torch-legacy.ts';
import { openTorchZip } from './torch-zip.ts';
import type { WeightsFile } from './weights-file.ts';

const openers: Record<WeightsFormat, (path: string) => Promise<WeightsFile>> = {
  safetensors: openSafetensors,
  'torch zip': openTorchZip,
  'torch legacy': openTorchLegacy,
  hdf5: openKeras,
};

/**
 * Opens an untrusted file written by PyTorch, safetensors or Keras, without running code in it.
 * @throws DcganError `usage.unreadable` (no such file, or a folder or device), `checkpoint.unknown-format`,
 * `checkpoint.not-weights` (a model with its code), `checkpoint.damaged`,
 * `checkpoint.unsafe` (a pickle that names code)
 */
export async function openWeights(path: string): Promise<WeightsFile> {
  const format = await weightsFormatOf(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  if (!format) throw unknownFormat(path);
  return describing(path, () => openers[format](path));
}

/** Converts errors of reading into DcganErrors that name the file. */
export async function describing<Value>(path: string, action: () => Promise<Value>): Promise<Value> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof RefusedName) throw unsafe(path, error);
    if (error instanceof DcganError) throw error;
    if (error instanceof UnreadableFile && error.code !== undefined) throw unreadable(path, error);
    const happened = `${path} cannot be imported: ${messageOf(error).replaceAll(/\p{Cc}/gu, '?')}.`;
    throw new DcganError('checkpoint.damaged', { happened }, { cause: error, data: { path } });
  }
}

function unreadable(path: string, error: unknown): DcganError {
  const happened = `${path} cannot be read: ${messageOf(error)}.`;
  return new DcganError('usage.unreadable', { happened }, { cause: error, data: { path } });
}

function unsafe(path: string, { refused }: RefusedName): DcganError {
  return new DcganError(
    'checkpoint.unsafe',
    {
      happened: `${path} asks for ${JSON.stringify(refused)}, which is not a tensor. No code in the file was run.`,
      expected: 'Expected a state_dict: named tensors, without the model and its code.',
      fix: "If you trust the file, open it in PyTorch and save only its weights: torch.save(model.state_dict(), 'weights.pt')",
    },
    { data: { path, refused } },
  );
}

function unknownFormat(path: string): DcganError {
  return new DcganError(
    'checkpoint.unknown-format',
    {
      happened: `${path} is not a supported weights file.`,
      expected: 'Expected a file written by torch.save(model.state_dict(), ...), safetensors or Keras (.weights.h5).',
    },
    { data: { path } },
  );
}
