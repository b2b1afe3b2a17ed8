// The name of a run: what decides its result, as seven hex digits. Same hash, same run.
import { createHash } from 'node:crypto';
import type { Config } from './config.ts';

/**
 * SHA-256 over the config and the data's fingerprint, without what does not change a step: names, where the data
 * lies, what is written when, and how long the run goes on (training further is the same run). Warnings and stops change
 * no step either; rollbacks do, and where they come and lead to depends on the cadence of ticks and checkpoints.
 */
export function runHash(config: Config, dataFingerprint: string): string {
  const { seed, data, generator, discriminator, training, outputs } = config;
  const { folder: _folder, ...dataSettings } = data;
  const { length: _length, onCollapse, rollbackTries, ...trainingSettings } = training;
  const rollbacks =
    onCollapse === 'rollback'
      ? { rollbackTries, metricsEvery: outputs.metricsEvery, checkpointEvery: outputs.checkpointEvery }
      : undefined;
  const decisive = {
    seed,
    data: dataSettings,
    generator,
    discriminator,
    training: trainingSettings,
    rollbacks,
    dataFingerprint,
  };
  return createHash('sha256').update(canonicalJson(decisive)).digest('hex').slice(0, 7);
}

/** JSON with sorted keys and without undefined, so that equal values give equal text. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`);
  return `{${entries.join(',')}}`;
}
