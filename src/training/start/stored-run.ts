// Which run a folder of results/ or checkpoints/ belongs to, by the config in its files: folder names are short and may collide.
import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import { identityHash, type RunIdentity } from '../../config/identity/run-hash.ts';
import { resolveStoredConfig } from '../../config/to-config-file.ts';
import { readLatestState } from '../../runs/checkpoint.ts';
import { parseJson } from '../../system/json.ts';
import { readRegularText } from '../../system/read-file.ts';
import { parseRunState } from './run-state.ts';

const maxConfigBytes = 2 ** 20;

/** A run's config and identity, as its files state them. */
export interface StoredRun {
  /** The file or folder that they were read from. */
  path: string;
  config: Config;
  identity: RunIdentity;
  /** 64 hex digits. */
  identityHash: string;
}

/** The run of the checkpoints of this name, and that of its config.json; unreadable ones are omitted. */
export async function storedRuns(root: string, name: string): Promise<StoredRun[]> {
  const state = await readLatestState(join(root, 'checkpoints', name));
  const stored = [state && tryStoredRun(state.state, state.path), await storedConfig(root, name)];
  return stored.filter((run) => run !== undefined);
}

/** The same for a folder that a run would write to. @throws DcganError if its checkpoints do not tell their run */
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
    } = parseJson(await readRegularText(path, maxConfigBytes)) as Record<string, unknown>;
    return tryStoredRun({ config, dataFingerprint, forkedFrom }, path);
  } catch {
    return undefined;
  }
}

/** Undefined if this version cannot read the config, which may be an older version's or edited by hand. */
function tryStoredRun(state: Record<string, unknown>, path: string): StoredRun | undefined {
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
