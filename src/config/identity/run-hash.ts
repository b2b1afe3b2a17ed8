// The identity of a run: a hash of everything that affects its result, and the keys in which two runs differ.
import { createHash } from 'node:crypto';
import type { Config } from '../config.ts';
import { canonicalJson, type Defaults, withoutDefaults } from '../defaults.ts';
import { explicitLabels } from '../to-config-file.ts';
import { laterOptions } from './later-options.ts';
import { versionOne } from './version-one.ts';

/** The checkpoint that a forked run starts from. */
export interface Origin {
  /** The name of its run. */
  runHash: string;
  /** The full hash, as two runs in different folders may share a name. Missing in origins written by older versions. */
  identity?: string;
  step: number;
  /** Rollbacks before this checkpoint: with another count, the same step was reached with other random numbers. */
  rollbacks?: number;
}

/** The input of a run hash. */
export type RunIdentity = Pick<
  Config,
  'design' | 'seed' | 'data' | 'generator' | 'discriminator' | 'training' | 'metrics' | 'outputs'
> & {
  dataFingerprint: string;
  forkedFrom?: Origin | undefined;
};

/** The default checkpoint interval of runs whose result depends on it. */
export const checkpointsOfRollbacks = { epochs: 1 } as const;

/** The defaults that hashes ignore, independent of the schema's present ones. */
const frozenDefaults: Defaults = { ...laterOptions, ...versionOne };

/**
 * SHA-256, 64 hex digits, over everything that affects the result: the options that differ from the frozen defaults, and the data.
 * @param defaults for tests: the table with options that do not exist yet
 */
export function identityHash(identity: RunIdentity, defaults: Defaults = frozenDefaults): string {
  const explicit = withoutDefaults(resultSettings(identity), defaults);
  return createHash('sha256')
    .update(canonicalJson(underHashedNames(explicit)))
    .digest('hex');
}

/** Options keep the names under which they were first hashed. */
function underHashedNames(explicit: unknown): unknown {
  const { outputs, ...rest } = explicit as { outputs?: { lossesEvery?: unknown } };
  if (!outputs || !('lossesEvery' in outputs)) return explicit;
  const { lossesEvery: metricsEvery, ...others } = outputs;
  return { ...rest, outputs: { ...others, metricsEvery } };
}

/**
 * The names a run may have, shortest first. Seven digits are 28 bits: among 20,000 runs about one pair shares them, and the
 * second of the pair gets more digits.
 */
export function runNames(hash: string): string[] {
  return Array.from({ length: hash.length - minNameLength + 1 }, (_, more) => hash.slice(0, minNameLength + more));
}

const minNameLength = 7;

/** Whether a folder name may be that of a run, in any version. */
export function isRunName(name: string): boolean {
  return /^[0-9a-f]{7,64}$/.test(name);
}

/**
 * The config and the data's fingerprint, without what does not affect a training step: names, the data folder and its
 * preparation, outputs, and the length of the run (training further is the same run). Warnings and stops do not affect it
 * either, but rollbacks do: they depend on the intervals of ticks and checkpoints, and on the metrics if one selects the best
 * checkpoint.
 */
function resultSettings({ design, seed, data, generator, discriminator, training, ...rest }: RunIdentity) {
  const { metrics, outputs, dataFingerprint, forkedFrom } = rest;
  const { folder: _folder, preparation: _preparation, damagedLimit: _limit, height, width, ...dataSettings } = data;
  const { length: _length, labels, onCollapse, rollbackTries, deterministic: _bits, ...trainingSettings } = training;
  const { lossesEvery } = outputs ?? {};
  const checkpointEvery = outputs?.checkpointEvery === 'auto' ? checkpointsOfRollbacks : outputs?.checkpointEvery;
  const rollsBack = onCollapse === 'rollback';
  return {
    design,
    seed,
    data: { ...dataSettings, size: [height, width] },
    generator,
    discriminator,
    training: {
      ...trainingSettings,
      labels: explicitLabels(labels),
      ...(rollsBack && { onCollapse, rollbackTries }),
    },
    ...(rollsBack && { outputs: { lossesEvery, checkpointEvery } }),
    ...(rollsBack && metrics?.best && { metrics }), // an older run's config.json has no such section
    dataFingerprint,
    forkedFrom: forkedFrom?.identity ? { ...forkedFrom, runHash: undefined } : forkedFrom,
  };
}

export interface Difference {
  /** Dotted, as `--set` takes it. */
  key: string;
  before: unknown;
  now: unknown;
}

/** The keys in which two runs differ. */
export function differencesOf(before: RunIdentity, now: RunIdentity): Difference[] {
  return compare('', settingOf(resultSettings(before)), settingOf(resultSettings(now)));
}

/** A value as configured, for messages, and without defaults, for comparison. */
interface Setting {
  value: unknown;
  explicit: unknown;
}

function settingOf(value: unknown): Setting {
  return { value, explicit: withoutDefaults(value, frozenDefaults) };
}

function compare(key: string, before: Setting, now: Setting): Difference[] {
  if (canonicalJson(before.explicit) === canonicalJson(now.explicit)) return [];
  const both = [before.value, now.value];
  if (both.every(isMapping)) return compareParts(before, now, (part) => (key ? `${key}.${part}` : part));
  if (both.every(isListOfMappings)) return compareParts(before, now, (part) => `${key}[${part}]`);
  return [{ key, before: before.value, now: now.value }];
}

function compareParts(before: Setting, now: Setting, keyOf: (part: string) => string): Difference[] {
  const parts = new Set([before, now].flatMap(({ value }) => Object.keys(value as object)));
  return [...parts].flatMap((part) => compare(keyOf(part), partOf(before, part), partOf(now, part)));
}

function partOf({ value, explicit }: Setting, part: string): Setting {
  const within = (whole: unknown) => (whole as Record<string, unknown> | undefined)?.[part];
  return { value: within(value), explicit: within(explicit) };
}

function isMapping(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isListOfMappings(value: unknown): boolean {
  return Array.isArray(value) && value.some(isMapping);
}
