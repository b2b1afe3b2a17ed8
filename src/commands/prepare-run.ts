// What training and a dry run have in common: config, data, networks, engine and schedule, each checked before the next.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import { findConfig } from '../config/find-config.ts';
import { loadConfig } from '../config/load.ts';
import { runHash } from '../config/run-hash.ts';
import { type Dataset, openImages } from '../data/open.ts';
import type { EngineName, Precision } from '../engines/engine.ts';
import { type OpenedEngine, openEngine } from '../engines/open.ts';
import { DcganError } from '../errors.ts';
import { buildNetworks, type Networks } from '../models/networks.ts';
import { packageDirectory } from '../package-directory.ts';
import { planSchedule, type Schedule } from '../training/schedule.ts';

export interface RunOptions {
  config: string;
  set: readonly string[];
  data?: string;
  engine: 'auto' | EngineName;
  /** An adapter of the webgpu engine. */
  device?: string;
  root: string;
}

export type PreparationEvent = { type: 'data'; phase: 'list' | 'decode'; done: number; total: number };

export interface PreparedRun {
  config: Config;
  networks: Networks;
  dataset: Dataset;
  schedule: Schedule;
  hash: string;
  opened: OpenedEngine;
  /** What `auto` came to here, or what the config names. */
  precision: Precision;
}

export async function prepareRun(
  options: RunOptions,
  onEvent: (event: PreparationEvent) => void,
): Promise<PreparedRun> {
  const config = await loadRunConfig(options);
  const networks = buildNetworks(config);
  const dataset = await openData(config, options.root, onEvent);
  const schedule = planSchedule(config, dataset.count);
  const hash = runHash(config, dataset.fingerprint);
  const opened = await openEngine(options.engine, options.device);
  const precision = precisionOf(config, opened);
  return { config, networks, dataset, schedule, hash, opened, precision };
}

/** The config by name or path, with what the command line changes in it. */
export function loadRunConfig({ config, set, data, root }: Pick<RunOptions, 'config' | 'set' | 'data' | 'root'>) {
  const path = findConfig(config, { root, packageDirectory });
  return loadConfig(path, data === undefined ? set : [...set, `data.folder=${JSON.stringify(data)}`]);
}

function openData({ data }: Config, root: string, onEvent: (event: PreparationEvent) => void): Promise<Dataset> {
  const { height, width, channels, background, fit } = data;
  const directory = findFolder(data.folder, root);
  return openImages({ directory, height, width, channels, background, fit }, (event) =>
    onEvent({ type: 'data', ...event }),
  );
}

/** A data folder is meant relative to the root; the pictures that come with the package are found from anywhere. */
function findFolder(folder: string, root: string): string {
  const here = resolve(root, folder);
  const shipped = resolve(packageDirectory, folder);
  return !existsSync(here) && existsSync(shipped) ? shipped : here;
}

/** What the config names, or with `auto` the engine's best. @throws DcganError `engine.precision` */
export function precisionOf({ training: { precision } }: Config, { engine }: OpenedEngine): Precision {
  if (precision === 'auto') return engine.info.autoPrecision;
  if (engine.info.precisions.includes(precision)) return precision;
  throw new DcganError('engine.precision', {
    happened: `The ${engine.info.name} engine cannot compute in ${precision}.`,
    expected: `It knows ${engine.info.precisions.join(', ')}.`,
    fix: '--precision auto',
  });
}
