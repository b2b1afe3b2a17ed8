// Which run a folder of results/ or checkpoints/ is of, by what is written in it and not by its name.
import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import { identityHash, type RunIdentity } from '../../config/identity/run-hash.ts';
import { resolveStoredConfig } from '../../config/to-config-file.ts';
import { readLatestState } from '../../runs/checkpoint.ts';
import { parseJson } from '../../system/json.ts';
import { readRegularText } from '../../system/read-file.ts';
import { parseRunState } from './run-state.ts';

const mostConfigBytes = 2 ** 20;

/** All that decides a run, as its files state it. */
export interface StoredRun {
  /** The file or folder that states it. */
  path: string;
  config: Config;
  identity: RunIdentity;
  /** 64 hex digits. */
  identityHash: string;
}

/** The run that the checkpoints of a name are of, and the one that its config.json is of; those that cannot be read are left out. */
export async function storedRuns(root: string, name: string): Promise<StoredRun[]> {
  const state = await readLatestState(join(root, 'checkpoints', name));
  const stored = [state && readable(state.state, state.path), await storedConfig(root, name)];
  return stored.filter((run) => run !== undefined);
}

/** The same of a folder that a run would write to. @throws DcganError where its checkpoints do not say what they are of */
export async function storedRunsChecked(root: string, name: string): Promise<StoredRun[]> {
  const state = await readLatestState(join(root, 'checkpoints', name));
  const stored = [state && storedRun(state.state, state.path), await storedConfig(root, name)];
  return stored.filter((run) => run !== undefined);
}

async function storedConfig(root: string, name: string): Promise<StoredRun | undefined> {
  const path = join(root, 'results', name, 'config.json');
  try {
    const {
      runHash: _name,
      dataFingerprint,
      forkedFrom,
      ...config
    } = parseJson(await readRegularText(path, mostConfigBytes)) as Record<string, unknown>;
    return readable({ config, dataFingerprint, forkedFrom }, path);
  } catch {
    return undefined;
  }
}

/** What an older version or a person wrote may be no config any more: it is no run that this version knows. */
function readable(state: Record<string, unknown>, path: string): StoredRun | undefined {
  try {
    return storedRun(state, path);
  } catch {
    return undefined;
  }
}

/** @throws DcganError `checkpoint.damaged`, `config.invalid` */
export function storedRun(state: Record<string, unknown>, path: string): StoredRun {
  const { config: stored, dataFingerprint, forkedFrom } = parseRunState(state, path);
  const config = resolveStoredConfig(stored, path);
  const identity = { ...config, dataFingerprint, ...(forkedFrom && { forkedFrom }) };
  return { path, config, identity, identityHash: identityHash(identity) };
}
