// A config the other way round: from what a run or a checkpoint holds to what a file would say.
import { DcganError } from '../errors.ts';
import type { Config } from './config.ts';
import { resolveConfig } from './load.ts';
import { applyOverrides } from './overrides.ts';

/** The content of a file from which the same config comes. */
function asFile(config: Config): Record<string, unknown> {
  const { data, training, ...rest } = config;
  const { height, width, ...dataSettings } = data;
  const { length, labels, ...trainingSettings } = training;
  return {
    ...rest,
    data: { ...dataSettings, size: [height, width] },
    training: { ...trainingSettings, ...length, labels: givenLabels(labels) },
  };
}

/** Labels without those that nobody has to write: a loss that has none would refuse them. */
function givenLabels(labels: Config['training']['labels'] | undefined): Record<string, unknown> {
  const hard: Record<string, unknown> = labels?.inverted ? { real: 0, fake: 1 } : { real: 1, fake: 0 };
  return Object.fromEntries(Object.entries(labels ?? {}).filter(([key, value]) => value !== hard[key]));
}

/**
 * The config that a checkpoint says it was made with, checked as if a person had written it: anybody can make a checkpoint.
 * @param source what messages call it
 * @throws DcganError `checkpoint.damaged` where there is none, `config.invalid`
 */
export function configWithin(stored: unknown, source: string, overrides: readonly string[] = []): Config {
  const sections = stored as Partial<Record<keyof Config, unknown>> | null | undefined;
  if (!isRecord(sections) || !isRecord(sections.data) || !isRecord(sections.training)) {
    throw new DcganError('checkpoint.damaged', {
      happened: `The checkpoint in ${source} does not say which config it was made with.`,
    });
  }
  const content = asFile(sections as unknown as Config);
  return resolveConfig(applyOverrides(content, overrides), { source, name: 'checkpoint' });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
