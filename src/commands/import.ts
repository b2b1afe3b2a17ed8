// dcgan import: a weight file from PyTorch or Keras and a config -> a checkpoint.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import type { Config } from '../config/config.ts';
import { isRunName } from '../config/identity/run-hash.ts';
import { findConfig } from '../config/load/find-config.ts';
import { loadConfig } from '../config/load/load.ts';
import { DcganError } from '../errors.ts';
import {
  type ImportedNetwork,
  type ImportReport,
  importDiscriminator,
  importNetworks,
} from '../imports/import-networks.ts';
import { buildNetworks } from '../models/networks.ts';
import { hasCheckpoint, saveCheckpoint } from '../runs/checkpoint.ts';
import { codeOf } from '../system/error-reasons.ts';
import { packageDirectory } from '../system/package-directory.ts';

export interface ImportOptions {
  /** The file with the generator and optionally the discriminator. */
  file: string;
  config: string;
  set: readonly string[];
  name: string;
  /** Key of the generator in the file, needed if several fit. */
  from?: string;
  /** A separate file with the discriminator. */
  discriminator?: string;
  root: string;
}

export interface ImportResult {
  name: string;
  /** The written folder, relative to the root. */
  checkpoint: string;
  networks: ImportReport[];
}

/**
 * Converts weights to a checkpoint. No code in the file is run.
 * @throws DcganError `usage.bad-name`, `usage.name-taken`, `config.*`, and `checkpoint.*` for files that are damaged, unsafe or do not fit
 */
export async function importWeights(options: ImportOptions): Promise<ImportResult> {
  const { file, name, from, root } = options;
  const directory = await freeDirectory(root, name);
  const config = await loadConfig(findConfig(options.config, { root, packageDirectory }), options.set);
  const networks = buildNetworks(config);

  const imported = await importNetworks(file, networks, from);
  if (options.discriminator !== undefined) {
    imported.splice(1, 1, await importDiscriminator(options.discriminator, networks));
  }
  const tensors = Object.assign({}, ...imported.map((network) => network.tensors)) as ImportedNetwork['tensors'];
  const state = await stateOf(config, [...new Set(imported.map(({ report }) => report.file))]);
  const path = await saveCheckpoint(directory, { step: 0, tensors, state });
  return { name, checkpoint: relative(root, path), networks: imported.map(({ report }) => report) };
}

/** Imported batch-norm statistics are used as in PyTorch's eval(), without this program's bias correction of young averages. */
async function stateOf(config: Config, files: readonly string[]): Promise<Record<string, unknown>> {
  const imported = await Promise.all(files.map(async (file) => ({ file: basename(file), sha256: await sha256(file) })));
  const grid = { ...config.outputs.grid, batchNorm: 'moving' };
  return {
    config: { ...config, outputs: { ...config.outputs, grid } },
    dataFingerprint: `imported ${imported.map((source) => source.sha256).join(' ')}`,
    generatorPasses: 0,
    imported,
  };
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}

async function freeDirectory(root: string, name: string): Promise<string> {
  if (!/^[a-z0-9][\w.-]*$/i.test(name) || isRunName(name)) {
    throw new DcganError('usage.bad-name', {
      happened: `A checkpoint cannot be named ${JSON.stringify(name)}.`,
      expected:
        'Expected letters, digits, dots, dashes and underscores, and not just 7 or more hex digits like a run hash.',
    });
  }
  const directory = join(root, 'checkpoints', name);
  if (await isFree(directory)) return directory;
  const what = (await hasCheckpoint(directory)) ? `a checkpoint called ${name}` : `something called ${name}`;
  throw new DcganError('usage.name-taken', {
    happened: `There is already ${what}: ${directory}.`,
    fix: 'Choose another --name, or move it away.',
  });
}

/** Whether the folder does not exist or is empty. */
async function isFree(directory: string): Promise<boolean> {
  return readdir(directory).then(
    (names) => names.length === 0,
    (error: unknown) => codeOf(error) === 'ENOENT',
  );
}
