// The name of a run: what decides its result, as seven hex digits. Same hash, same run; and by what keys two runs differ.
import { createHash } from 'node:crypto';
import type { Config } from './config.ts';

/** Where the first weights of a run come from, if they were not drawn. */
export interface Origin {
  runHash: string;
  step: number;
  /** How often the way to there went back, if it did: there may be several ways to a step, and each draws other numbers. */
  rollbacks?: number;
}

/** All that a run's hash is made of. */
export type RunIdentity = Pick<
  Config,
  'seed' | 'data' | 'generator' | 'discriminator' | 'training' | 'metrics' | 'outputs'
> & {
  dataFingerprint: string;
  forkedFrom?: Origin | undefined;
};

/** SHA-256 over what decides the result. */
export function runHash(config: Config, dataFingerprint: string, forkedFrom?: Origin): string {
  const content = canonicalJson(decisive({ ...config, dataFingerprint, forkedFrom }));
  return createHash('sha256').update(content).digest('hex').slice(0, 7);
}

/**
 * The config and the data's fingerprint, without what does not change a step: names, where the data lies, what is
 * written when, and how long the run goes on (training further is the same run). Warnings and stops change no step
 * either; rollbacks do, and where they come and lead to depends on the cadence of ticks and checkpoints, and on what is
 * measured where a metric says which checkpoint is the best.
 */
function decisive(identity: RunIdentity) {
  const { seed, data, generator, discriminator, training, metrics, outputs, dataFingerprint, forkedFrom } = identity;
  const { folder: _folder, ...dataSettings } = data;
  const { length: _length, onCollapse, rollbackTries, xla, deterministic: _bits, ...trainingSettings } = training;
  const rollbacks =
    onCollapse === 'rollback'
      ? {
          rollbackTries,
          metricsEvery: outputs.metricsEvery,
          checkpointEvery: outputs.checkpointEvery,
          ...(metrics?.best && { metrics }), // an older run's config.json has no such section
        }
      : undefined;
  return {
    seed,
    data: dataSettings,
    generator,
    discriminator,
    training: { ...trainingSettings, ...(xla && { xla }) }, // off is the way of older runs
    rollbacks,
    dataFingerprint,
    forkedFrom,
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
  return compare('', decisive(before), decisive(now));
}

function compare(key: string, before: unknown, now: unknown): Difference[] {
  if (canonicalJson(before) === canonicalJson(now)) return [];
  const isMapping = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
  const isList = (value: unknown) => Array.isArray(value) && value.some((item) => typeof item === 'object');
  if (isMapping(before) && isMapping(now)) return compareParts(before, now, (part) => (key ? `${key}.${part}` : part));
  if (isList(before) && isList(now)) return compareParts(before, now, (part) => `${key}[${part}]`);
  return [{ key, before, now }];
}

function compareParts(before: unknown, now: unknown, keyOf: (part: string) => string): Difference[] {
  const [old, recent] = [before, now] as [Record<string, unknown>, Record<string, unknown>];
  const parts = new Set([...Object.keys(old), ...Object.keys(recent)]);
  return [...parts].flatMap((part) => compare(keyOf(part), old[part], recent[part]));
}

/** JSON with sorted keys and without undefined, so that equal values give equal text. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'undefined';
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`);
  return `{${entries.join(',')}}`;
}
