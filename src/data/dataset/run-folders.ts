// Recognises the folders that dcgan writes, so that a run's own pictures never become its training data.
import { readRegularText } from '../../system/read-file.ts';
import { rawPath } from './file-names.ts';

const maxMarkerBytes = 16 * 2 ** 20;

/** Whether a folder with these entries is a run's results, a checkpoint or an export. */
export async function isRunFolder(folder: string, names: ReadonlySet<string>): Promise<boolean> {
  if (names.has('weights.safetensors') && names.has('state.json')) return true; // a checkpoint
  if (isHash(folder) && [...names].some((name) => name.endsWith('.jsonl'))) return true; // a shipped checkpoint that was evaluated
  if (names.has('config.json') && (await hasKeys(`${folder}/config.json`, ['runHash', 'dataFingerprint']))) return true;
  return names.has('export.json') && (await hasKeys(`${folder}/export.json`, ['runHash', 'files']));
}

function isHash(folder: string): boolean {
  return /\/(results|checkpoints)\/[0-9a-f]{7}$/.test(folder.replaceAll('\\', '/'));
}

async function hasKeys(path: string, keys: readonly string[]): Promise<boolean> {
  try {
    const content: unknown = JSON.parse(await readRegularText(rawPath(path), maxMarkerBytes));
    return typeof content === 'object' && content !== null && keys.every((key) => key in content);
  } catch {
    return false;
  }
}
