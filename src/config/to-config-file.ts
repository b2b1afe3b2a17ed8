// Converts a resolved config, as runs and checkpoints store it, back to the form of a config file.
import { DcganError } from '../errors.ts';
import type { Config } from './config.ts';
import { resolveConfig } from './load/load.ts';
import { withPresentNames } from './load/old-names.ts';
import { applyOverrides } from './load/overrides.ts';

/** The part of a stored config's shape that is checked before the schema. */
interface Sections extends Record<string, unknown> {
  data: Record<string, unknown>;
  training: Record<string, unknown>;
}

/** The content of a config file that resolves to this config. */
function toConfigFile({ data, training, ...rest }: Sections): Record<string, unknown> {
  const { height, width, ...dataSettings } = data;
  const { length, labels, ...trainingSettings } = training;
  return {
    ...rest,
    data: { ...dataSettings, size: [height, width] },
    training: {
      ...trainingSettings,
      ...(isRecord(length) && length),
      labels: isRecord(labels) ? explicitLabels(labels) : labels,
    },
  };
}

/** Labels without default values, which a loss without labels would reject. */
export function explicitLabels(labels: Record<string, unknown>): Record<string, unknown> {
  const hard: Record<string, unknown> = labels['inverted'] ? { real: 0, fake: 1 } : { real: 1, fake: 0 };
  return Object.fromEntries(Object.entries(labels).filter(([key, value]) => value !== hard[key]));
}

/**
 * Resolves the config stored in a checkpoint. It is checked like a config file, as a checkpoint may come from anywhere.
 * @param source its name in messages
 * @throws DcganError `checkpoint.damaged` if there is no config, `config.invalid`
 */
export function resolveStoredConfig(stored: unknown, source: string, overrides: readonly string[] = []): Config {
  if (!isSections(stored)) {
    throw new DcganError('checkpoint.damaged', {
      happened: `The checkpoint in ${source} does not contain the config it was trained with.`,
    });
  }
  return resolveConfig(applyOverrides(withPresentNames(toConfigFile(stored)), overrides), {
    source,
    name: 'checkpoint',
  });
}

function isSections(value: unknown): value is Sections {
  return isRecord(value) && isRecord(value['data']) && isRecord(value['training']);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
