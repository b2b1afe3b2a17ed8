// Explains a file that was named as a checkpoint: weights to import, a part of a checkpoint, or something else.
import { stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { DcganError } from '../errors.ts';
import { isStepFolder } from './checkpoint.ts';
import { weightsFormatOf } from './weights-format.ts';

/** The error for a path to a file, as the user typed it; undefined for other paths. */
export async function mistakenCheckpoint(name: string): Promise<DcganError | undefined> {
  const found = await stat(name).catch(() => undefined);
  if (!found || found.isDirectory()) return undefined;
  const error = (happened: string, fix: string) =>
    new DcganError('checkpoint.not-a-folder', { happened, fix }, { data: { name } });
  const folder = dirname(name);
  if (await isStepFolder(folder)) {
    return error(`${name} is a part of a checkpoint.`, `Name its folder: --checkpoint ${shellWord(folder)}`);
  }
  const format = await weightsFormatOf(name).catch(() => undefined); // unreadable, or a device
  if (format && extname(name) !== '.zip') {
    const words = ['dcgan import', shellWord(name), '--config NAME --name', importName(name)];
    const fix = `Import it, with the config that describes its networks: ${words.join(' ')}`;
    return error(`${name} is a file of weights, not a checkpoint.`, fix);
  }
  const fix = `Name a run hash, a shipped checkpoint or such a folder, as ${join('checkpoints', 'mnist')}.`;
  return error(`${name} is a file; a checkpoint is a folder that dcgan train or dcgan import has written.`, fix);
}

/** A valid name for `dcgan import --name`, from the file's. */
function importName(file: string): string {
  const stem = basename(file, extname(file))
    .replaceAll(/[^\w.-]+/g, '-')
    .replace(/^[^a-z0-9]+/i, '');
  return stem === '' || /^[0-9a-f]{7}$/.test(stem) ? `imported${stem && `-${stem}`}` : stem;
}

/** Quoted for a POSIX shell, if necessary. */
function shellWord(text: string): string {
  return /^[\w./:@%+,=-]+$/.test(text) && !text.startsWith('-') ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
