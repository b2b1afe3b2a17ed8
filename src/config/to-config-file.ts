// A config the other way round: from what a run or a checkpoint holds to what a file would say.
import { DcganError } from '../errors.ts';
import type { Config } from './config.ts';
import { resolveConfig } from './load/load.ts';
import { applyOverrides } from './load/overrides.ts';

/** What a config is known to be before it is checked. */
interface Sections extends Record<string, unknown> {
  data: Record<string, unknown>;
  training: Record<string, unknown>;
}

/** The content of a file from which the same config comes. */
function asFile({ data, training, ...rest }: Sections): Record<string, unknown> {
  const { height, width, ...dataSettings } = data;
  const { length, labels, ...trainingSettings } = training;
  return {
    ...rest,
    data: { ...dataSettings, size: [height, width] },
    training: {
      ...trainingSettings,
      ...(isRecord(length) && length),
      labels: isRecord(labels) ? statedLabels(labels) : labels,
    },
  };
}

/** Labels without those that nobody has to write: a loss that has none would refuse them. */
export function statedLabels(labels: Record<string, unknown>): Record<string, unknown> {
  const hard: Record<string, unknown> = labels['inverted'] ? { real: 0, fake: 1 } : { real: 1, fake: 0 };
  return Object.fromEntries(Object.entries(labels).filter(([key, value]) => value !== hard[key]));
}

/**
 * The config that a checkpoint says it was made with, checked as if a person had written it: anybody can make a checkpoint.
 * @param source what messages call it
 * @throws DcganError `checkpoint.damaged` where there is none, `config.invalid`
 */
export function configWithin(stored: unknown, source: string, overrides: readonly string[] = []): Config {
  if (!isSections(stored)) {
    throw new DcganError('checkpoint.damaged', {
      happened: `The checkpoint in ${source} does not say which config it was made with.`,
    });
  }
  return resolveConfig(applyOverrides(asFile(stored), overrides), { source, name: 'checkpoint' });
}

function isSections(value: unknown): value is Sections {
  return isRecord(value) && isRecord(value['data']) && isRecord(value['training']);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
