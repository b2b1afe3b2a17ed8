// The identity of a run: a hash of what decides its result. Same hash, same run; and by what keys two runs differ.
import { createHash } from 'node:crypto';
import type { Config } from '../config.ts';
import { canonicalJson, type Defaults, withoutDefaults } from '../defaults.ts';
import { statedLabels } from '../to-config-file.ts';
import { laterOptions } from './later-options.ts';
import { versionOne } from './version-one.ts';

/** Where the first weights of a run come from, if they were not drawn. */
export interface Origin {
  /** Its name, for people. */
  runHash: string;
  /** All of its hash: two runs may share a name in two places. Origins that older versions wrote have none. */
  identity?: string;
  step: number;
  /** How often the way to there went back, if it did: there may be several ways to a step, and each draws other numbers. */
  rollbacks?: number;
}

/** All that a run's hash is made of. */
export type RunIdentity = Pick<
  Config,
  'design' | 'seed' | 'data' | 'generator' | 'discriminator' | 'training' | 'metrics' | 'outputs'
> & {
  dataFingerprint: string;
  forkedFrom?: Origin | undefined;
};

/** The default cadence of checkpoints where it decides the result. */
export const checkpointsOfRollbacks = { epochs: 1 } as const;

/** The defaults that hashes are made against, whatever the schema's are by now. */
const frozenDefaults: Defaults = { ...laterOptions, ...versionOne };

/**
 * SHA-256 over what decides the result: the options that differ from the frozen defaults, and the data. 64 hex digits.
 * @param defaults for tests: what the table would be with options that are not there yet
 */
export function identityHash(identity: RunIdentity, defaults: Defaults = frozenDefaults): string {
  const stated = withoutDefaults(decisive(identity), defaults);
  return createHash('sha256').update(canonicalJson(stated)).digest('hex');
}

/**
 * The names that a run may have, shortest first. Seven digits are 28 bits: two runs of 20,000 share them about once, and the
 * second one takes more digits.
 */
export function runNames(hash: string): string[] {
  return Array.from({ length: hash.length - shortestName + 1 }, (_, more) => hash.slice(0, shortestName + more));
}

const shortestName = 7;

/** Whether a folder's name may be that of a run, whatever version gave it. */
export function isRunName(name: string): boolean {
  return /^[0-9a-f]{7,64}$/.test(name);
}

/**
 * The config and the data's fingerprint, without what does not change a step: names, where the data lies and how it was
 * prepared, what is written when, and how long the run is (training further is the same run). Warnings and stops change no step
 * either; rollbacks do, and where they come and lead to depends on the cadence of ticks and checkpoints, and on what is
 * measured where a metric says which checkpoint is the best.
 */
function decisive({ design, seed, data, generator, discriminator, training, ...rest }: RunIdentity) {
  const { metrics, outputs, dataFingerprint, forkedFrom } = rest;
  const { folder: _folder, preparation: _preparation, damagedLimit: _limit, height, width, ...dataSettings } = data;
  const { length: _length, labels, onCollapse, rollbackTries, deterministic: _bits, ...trainingSettings } = training;
  const { metricsEvery } = outputs ?? {};
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
      labels: statedLabels(labels),
      ...(rollsBack && { onCollapse, rollbackTries }),
    },
    ...(rollsBack && { outputs: { metricsEvery, checkpointEvery } }),
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

/** The keys by which two runs are not the same run. */
export function differencesOf(before: RunIdentity, now: RunIdentity): Difference[] {
  return compare('', settingOf(decisive(before)), settingOf(decisive(now)));
}

/** A value as it is, for people, and without defaults, which decides. */
interface Setting {
  value: unknown;
  stated: unknown;
}

function settingOf(value: unknown): Setting {
  return { value, stated: withoutDefaults(value, frozenDefaults) };
}

function compare(key: string, before: Setting, now: Setting): Difference[] {
  if (canonicalJson(before.stated) === canonicalJson(now.stated)) return [];
  const both = [before.value, now.value];
  if (both.every(isMapping)) return compareParts(before, now, (part) => (key ? `${key}.${part}` : part));
  if (both.every(isListOfMappings)) return compareParts(before, now, (part) => `${key}[${part}]`);
  return [{ key, before: before.value, now: now.value }];
}

function compareParts(before: Setting, now: Setting, keyOf: (part: string) => string): Difference[] {
  const parts = new Set([before, now].flatMap(({ value }) => Object.keys(value as object)));
  return [...parts].flatMap((part) => compare(keyOf(part), partOf(before, part), partOf(now, part)));
}

function partOf({ value, stated }: Setting, part: string): Setting {
  const within = (whole: unknown) => (whole as Record<string, unknown> | undefined)?.[part];
  return { value: within(value), stated: within(stated) };
}

function isMapping(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isListOfMappings(value: unknown): boolean {
  return Array.isArray(value) && value.some(isMapping);
}
