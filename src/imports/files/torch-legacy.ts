// Reads the format of torch.save before PyTorch 1.6 (torch/serialization.py, _legacy_save): five pickles (magic number, version,
// machine, value, keys of the storages), then the length (8 bytes) and the values of each storage.
import type { FileHandle } from 'node:fs/promises';
import { readPickle } from '../../formats/pickle/pickle.ts';
import { maxPickleBytes } from '../../formats/pickle/pickle-machine.ts';
import { byteSpan, readView, type Storage, storageBytes, type TensorView } from '../../formats/pickle/tensor-view.ts';
import { plainVocabulary, torchVocabulary } from '../../formats/pickle/torch-vocabulary.ts';
import { openRegular, readBytes } from '../../system/read-file.ts';
import { findStateDicts } from '../match/find-state-dicts.ts';
import { pytorch } from './pytorch.ts';
import type { WeightsFile } from './weights-file.ts';

const magicNumber = 0x1950a86a20f9469cfc6cn;
const lengthBytes = 8;

/** Throws Error, or RefusedName. */
export async function openTorchLegacy(path: string): Promise<WeightsFile> {
  const file = await openRegular(path);
  try {
    const { size } = await file.stat();
    const { value, storages, keys, end } = readPickles(await readBytes(file, 0, Math.min(size, maxPickleBytes)));
    const offsets = await findStorages(file, storages, keys, end);
    const read = (view: TensorView) => readTensor(file, offsets, view);
    return {
      format: 'PyTorch (before 1.6)',
      convention: pytorch,
      inOrder: true,
      stateDicts: findStateDicts(value, read),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

function readPickles(bytes: Uint8Array) {
  const storages = new Map<string, Storage>();
  const magic = readPickle(bytes, plainVocabulary);
  if (magic.value !== magicNumber) throw new Error('it is a pickle, but not one written by torch.save');
  const version = readPickle(bytes, plainVocabulary, magic.end);
  const machine = readPickle(bytes, plainVocabulary, version.end);
  checkMachine(machine.value);
  const { value, end: valueEnd } = readPickle(bytes, torchVocabulary(storages), machine.end);
  const { value: keys, end } = readPickle(bytes, plainVocabulary, valueEnd);
  return { value, storages, keys, end };
}

function checkMachine(machine: unknown): void {
  const littleEndian = machine instanceof Map ? machine.get('little_endian') : undefined;
  if (littleEndian !== true) throw new Error('its numbers are not little-endian');
}

/** Offset of each storage's values in the file. */
async function findStorages(
  file: FileHandle,
  storages: ReadonlyMap<string, Storage>,
  keys: unknown,
  begin: number,
): Promise<Map<string, number>> {
  if (!Array.isArray(keys) || keys.length !== storages.size) throw new Error('its list of storages is not complete');
  const offsets = new Map<string, number>();
  let position = begin;
  for (const key of keys) {
    const storage = storages.get(key as string);
    if (!storage || offsets.has(storage.key)) throw new Error('its list of storages does not match its tensors');
    const length = new DataView((await readBytes(file, position, lengthBytes)).buffer).getBigInt64(0, true);
    if (length !== BigInt(storage.length)) {
      throw new Error(`storage ${storage.key} has ${length} numbers, where ${storage.length} are claimed`);
    }
    offsets.set(storage.key, position + lengthBytes);
    position += lengthBytes + storageBytes(storage);
  }
  const { size } = await file.stat();
  if (position !== size) throw new Error(`it has ${size} bytes, where its storages end after ${position}`);
  return offsets;
}

async function readTensor(file: FileHandle, offsets: ReadonlyMap<string, number>, view: TensorView) {
  const { begin, end } = byteSpan(view);
  return readView(view, await readBytes(file, offsets.get(view.storage.key)! + begin, end - begin));
}
