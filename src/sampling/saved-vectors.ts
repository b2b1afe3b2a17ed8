// Named latent vectors, saved with a run's results as files that `dcgan sample --latents` also reads.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DcganError } from '../errors.ts';
import { writeJson } from '../runs/run-folder.ts';
import { makeFolder } from '../system/write-file.ts';
import { readLatentsFile } from './latents-file.ts';

export interface RunPlace {
  root: string;
  runHash: string;
}

const folderOf = ({ root, runHash }: RunPlace) => join(root, 'results', runHash, 'vectors');
const fileOf = (name: string, run: RunPlace) => join(folderOf(run), `${name}.json`);

/** The names under which vectors are saved for a run, sorted. */
export async function savedNames(run: RunPlace): Promise<string[]> {
  const files = await readdir(folderOf(run)).catch(() => []);
  return files
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
}

/** float32 [size]. @throws DcganError `usage.latents` if the file is damaged */
export function readSavedVector(name: string, run: RunPlace, size: number): Promise<Float32Array> {
  return readLatentsFile(fileOf(name, run), size);
}

/** Saves a vector, replacing one of the same name; returns the path. @throws DcganError `usage.cannot-write` */
export async function saveVector(name: string, vector: Float32Array, run: RunPlace): Promise<string> {
  await makeFolder(folderOf(run));
  const path = fileOf(name, run);
  await writeJson(path, [Array.from(vector)]);
  return path;
}

/** @throws DcganError `usage.vector-name` unless formulas can use the name */
export function checkVectorName(name: string): void {
  if (/^[A-Za-z_]\w*$/.test(name) && !/^s\d+$/.test(name) && name !== 'mean') return;
  throw new DcganError('usage.vector-name', {
    happened: `A vector cannot be named ${JSON.stringify(name)}.`,
    expected:
      'Names are letters, digits and _, do not begin with a digit, and are neither mean nor a seed such as s12.',
    fix: '--save smile',
  });
}
