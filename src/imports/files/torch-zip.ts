// Reads the ZIP format of torch.save (PyTorch 1.6 and newer): <name>/data.pkl, and one entry <name>/data/<key> per storage.

import { readPickle } from '../../formats/pickle/pickle.ts';
import { maxPickleBytes } from '../../formats/pickle/pickle-machine.ts';
import { byteSpan, readView, storageBytes, type TensorView } from '../../formats/pickle/tensor-view.ts';
import { torchVocabulary } from '../../formats/pickle/torch-vocabulary.ts';
import { openZip, type ZipFile } from '../../formats/zip.ts';
import { findStateDicts } from '../match/find-state-dicts.ts';
import { refuseOtherArchives } from './other-archives.ts';
import { pytorch } from './pytorch.ts';
import type { WeightsFile } from './weights-file.ts';

const pickleName = '/data.pkl';

/** Throws Error, or RefusedName. */
export async function openTorchZip(path: string): Promise<WeightsFile> {
  const zip = await openZip(path, (names) => refuseOtherArchives(names, path));
  try {
    const folder = await findFolder(zip);
    const { value } = readPickle(await zip.read(folder + pickleName), torchVocabulary(new Map()));
    const read = (view: TensorView) => readTensor(zip, folder, view);
    return {
      format: 'PyTorch (zip)',
      convention: pytorch,
      inOrder: true,
      stateDicts: findStateDicts(value, read),
      close: () => zip.close(),
    };
  } catch (error) {
    await zip.close();
    throw error;
  }
}

/** All entries are in one folder, named after the file when it was saved. */
async function findFolder(zip: ZipFile): Promise<string> {
  const pickles = [...zip.sizes.keys()].filter((name) => name.endsWith(pickleName));
  if (pickles.length !== 1) throw new Error(`it has ${pickles.length} entries data.pkl, not one`);
  const size = zip.sizes.get(pickles[0]!)!;
  if (size > maxPickleBytes) throw new Error(`its data.pkl has ${size} bytes, more than any state_dict needs`);
  const folder = pickles[0]!.slice(0, -pickleName.length);
  await checkByteOrder(zip, `${folder}/byteorder`);
  return folder;
}

async function checkByteOrder(zip: ZipFile, name: string): Promise<void> {
  if (!zip.sizes.has(name)) return; // files before PyTorch 2.1 have none, and are little-endian
  const order = zip.sizes.get(name)! < 10 ? new TextDecoder().decode(await zip.read(name)) : '?';
  if (order !== 'little') throw new Error(`its numbers are ${order}-endian, not little-endian`);
}

async function readTensor(zip: ZipFile, folder: string, view: TensorView): Promise<Float32Array> {
  const { storage } = view;
  const name = `${folder}/data/${storage.key}`;
  const [claimed, bytes] = [storageBytes(storage), zip.sizes.get(name)];
  if (bytes !== claimed) {
    throw new Error(`storage ${storage.key} has ${bytes ?? 'no'} bytes, where ${claimed} are claimed`);
  }
  return readView(view, await zip.read(name, byteSpan(view)));
}
