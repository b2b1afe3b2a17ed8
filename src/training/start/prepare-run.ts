// Prepares a run for training or a dry run: config, networks, data, schedule and engine, each checked before the next.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Config } from '../../config/config.ts';
import type { Origin, RunIdentity } from '../../config/identity/run-hash.ts';
import { findConfig } from '../../config/load/find-config.ts';
import { loadConfig } from '../../config/load/load.ts';
import { resolveStoredConfig } from '../../config/to-config-file.ts';
import { type Dataset, datasetSpec, openImages } from '../../data/dataset/open.ts';
import { notePreparation, prepareCommand } from '../../data/dataset/preparation.ts';
import type { Precision } from '../../engines/engine.ts';
import { type EngineChoice, type OpenedEngine, openEngine } from '../../engines/open.ts';
import { DcganError } from '../../errors.ts';
import { type ConfigWarning, designWarnings } from '../../models/design-warnings.ts';
import { buildNetworks } from '../../models/networks.ts';
import { packageDirectory } from '../../system/package-directory.ts';
import { planSchedule } from '../schedule.ts';
import { checkBatchNorm } from './check-batch-norm.ts';
import { checkMemory, type MemoryOutlook } from './check-memory.ts';
import { checkSameRun } from './check-resume.ts';
import { checkFolderOwner, chooseRun } from './choose-run.ts';
import { estimateMemory } from './memory.ts';
import { type EarlierRun, openRun } from './open-run.ts';
import type { RunParts } from './run-parts.ts';
import type { TrainingCheckpoint } from './training-checkpoint.ts';

export interface RunOptions extends EngineChoice {
  /** A path or a name; defaults to the earlier run's config with `resume` and `fork`. */
  config?: string;
  set: readonly string[];
  /** The hash of a run to resume, or its first digits. */
  resume?: string;
  /** A checkpoint, by hash or path, whose variables a new run starts from; its config may differ. */
  fork?: string;
  /** Starts the run over, whatever is in its folder. */
  fresh?: boolean;
  /** Folder of images or ZIP file, relative to the root. */
  data?: string;
  /** Decodes every image again instead of using the cache. */
  verifyData?: boolean;
  root: string;
}

export type PreparationEvent = { type: 'data'; phase: 'list' | 'decode'; done: number; total: number };

export interface PreparedRun extends RunParts {
  /** Name of its folders. */
  hash: string;
  opened: OpenedEngine;
  /** The config's precision, with `auto` resolved. */
  precision: Precision;
  memory: MemoryOutlook | undefined;
  warnings: ConfigWarning[];
  /** The checkpoint that a fork starts from. */
  forkedFrom?: Origin;
  source?: TrainingCheckpoint;
}

export async function prepareRun(
  options: RunOptions,
  onEvent: (event: PreparationEvent) => void,
  signal?: AbortSignal,
): Promise<PreparedRun> {
  const earlier = await openEarlier(options);
  const config = await loadRunConfig(options, earlier?.config);
  const networks = buildNetworks(config);
  const dataset = await openData(config, options, onEvent, signal);
  const schedule = planSchedule(config, dataset.count);
  checkBatchNorm(config, networks, dataset.count);
  const origin = originOf(options, earlier);
  const parts = { config, networks, dataset, schedule };
  const hash = await nameOf(options, earlier, identityOf({ ...parts, ...origin }), parts);
  const opened = await openEngine(options.engine, options.device, config.training);
  const precision = precisionOf(config, opened);
  const memory = checkMemory(estimateMemory(config, networks), opened.engine.info);
  const warnings = designWarnings(config, networks);
  return { ...parts, hash, opened, precision, memory, warnings, ...origin };
}

/** A resumed run keeps its name, even one given by an earlier version. */
async function nameOf(
  options: RunOptions,
  earlier: EarlierRun | undefined,
  identity: RunIdentity,
  parts: RunParts,
): Promise<string> {
  const { root, resume } = options;
  if (resume === undefined || !earlier) return chooseRun(root, identity, options);
  checkSameRun(earlier, identity, { ...parts, root });
  await checkFolderOwner(root, earlier.hash, identity);
  return earlier.hash;
}

export function identityOf({
  config,
  dataset,
  forkedFrom,
}: Pick<PreparedRun, 'config' | 'dataset' | 'forkedFrom'>): RunIdentity {
  return { ...config, dataFingerprint: dataset.fingerprint, ...(forkedFrom && { forkedFrom }) };
}

/** The config by name or path, or else that of the earlier run, with the command line's overrides. */
export async function loadRunConfig(
  { config, set, data, root }: Pick<RunOptions, 'config' | 'set' | 'data' | 'root'>,
  earlier?: Config,
): Promise<Config> {
  const overrides = data === undefined ? set : [...set, `data.folder=${JSON.stringify(data)}`];
  if (config !== undefined) return loadConfig(findConfig(config, { root, packageDirectory }), overrides);
  if (earlier) return resolveStoredConfig(earlier, 'the checkpoint', overrides);
  throw new DcganError('usage.no-config', {
    happened: 'There is nothing to train: no --config, no --resume and no --fork.',
    fix: 'dcgan train --config quick',
  });
}

async function openEarlier({ resume, fork, root }: RunOptions): Promise<EarlierRun | undefined> {
  if (resume !== undefined && fork !== undefined) {
    throw new DcganError('usage.resume-and-fork', {
      happened: `--resume ${resume} and --fork ${fork} were given.`,
      expected: '--resume continues an existing run; --fork starts a new one.',
      fix: 'Leave one of them out.',
    });
  }
  const name = resume ?? fork;
  return name === undefined ? undefined : openRun(name, root);
}

/** A fork starts from the earlier run's checkpoint; a resumed run keeps the origin it has. */
function originOf({ fork }: RunOptions, earlier: EarlierRun | undefined): Pick<PreparedRun, 'forkedFrom' | 'source'> {
  if (!earlier) return {};
  const { hash, identity, identityHash, saved } = earlier;
  const { forkedFrom } = identity;
  if (fork === undefined) return forkedFrom ? { forkedFrom } : {};
  const { step, rollbacks } = saved.progress;
  const all = rollbacks + (forkedFrom?.rollbacks ?? 0);
  return {
    forkedFrom: { runHash: hash, identity: identityHash, step, ...(all > 0 && { rollbacks: all }) },
    source: saved,
  };
}

async function openData(
  { data }: Config,
  { root, verifyData = false }: RunOptions,
  onEvent: (event: PreparationEvent) => void,
  signal: AbortSignal | undefined,
): Promise<Dataset> {
  const directory = findFolder(data.folder, root);
  const spec = { ...datasetSpec(data, directory), verify: verifyData };
  try {
    const dataset = await openImages(spec, (event) => onEvent({ type: 'data', ...event }), signal);
    const note = data.preparation && notePreparation(data.preparation, directory, root);
    return note === undefined ? dataset : { ...dataset, notes: [...dataset.notes, note] };
  } catch (error) {
    throw data.preparation ? withCommand(error, prepareCommand(data.preparation, directory, root)) : error;
  }
}

/** The error for a missing folder, with the command that creates it, if the config names one. */
function withCommand(error: unknown, command: string): unknown {
  if (!(error instanceof DcganError && error.code === 'data.missing-folder')) return error;
  const happened = error.message.split('\n')[0]!;
  return new DcganError(
    'data.missing-folder',
    { happened, fix: `Check the path, or create the config's data set with: ${command}` },
    { data: error.data },
  );
}

/** A data folder is relative to the root, or to the package for the images that it bundles. */
export function findFolder(folder: string, root: string): string {
  const here = resolve(root, folder);
  const shipped = resolve(packageDirectory, folder);
  return !existsSync(here) && existsSync(shipped) ? shipped : here;
}

/** The config's precision, with `auto` resolved. @throws DcganError `engine.precision` */
export function precisionOf({ training: { precision } }: Config, { engine }: OpenedEngine): Precision {
  if (precision === 'auto') return engine.info.autoPrecision;
  if (engine.info.precisions.includes(precision)) return precision;
  throw new DcganError('engine.precision', {
    happened: `The ${engine.info.name} engine does not support the precision ${precision}.`,
    expected: `It supports ${engine.info.precisions.join(', ')}.`,
    fix: ['--precision auto', howToGet[precision]].filter(Boolean).join(', or '),
  });
}

/** How to get a precision that few machines support. */
const howToGet: Partial<Record<Precision, string>> = {
  tensorfloat32: '`dcgan engine install --cuda` on a machine with an NVIDIA GPU.',
  mixed_float16: '--engine webgpu on a GPU with float16 in shaders, which `dcgan engine info` tells.',
};
