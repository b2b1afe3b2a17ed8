// File and overrides -> parse -> schema -> rules -> a frozen Config, or one error with every complaint.
import { basename, extname } from 'node:path';
import { parseDocument } from 'yaml';
import { DcganError, messageOf } from '../errors.ts';
import { readRegularText } from '../system/read-file.ts';
import { describeIssues } from './complaints.ts';
import type { Config } from './config.ts';
import { featuresObject, namesOf } from './metrics.ts';
import { applyOverrides } from './overrides.ts';
import { type Complaint, checkRules } from './rules.ts';
import { type ConfigFile, configSchema } from './schema.ts';
import { expandStacks } from './stack.ts';
import { lossObject } from './training.ts';

export async function loadConfig(path: string, overrides: readonly string[] = []): Promise<Config> {
  const content = parseText(path, await readText(path));
  return resolveConfig(applyOverrides(content, overrides), { source: path, name: basename(path, extname(path)) });
}

/** Checks an object as a config. `source` is what messages call it. */
export function resolveConfig(content: unknown, { source, name }: { source: string; name: string }): Config {
  const parsed = configSchema.safeParse(content);
  if (!parsed.success) throw invalidConfig(source, describeIssues(parsed.error.issues, content));
  const complaints = checkRules(parsed.data);
  if (complaints.length > 0) throw invalidConfig(source, complaints);
  return deepFreeze(resolve(parsed.data, name));
}

function resolve(file: ConfigFile, name: string): Config {
  const { size, ...data } = file.data;
  const [height, width] = Array.isArray(size) ? size : [size, size];
  const { epochs, steps, images, loss, labels, ...training } = file.training;
  const { inverted, real = inverted ? 0 : 1, fake = inverted ? 1 : 0, flip } = labels;
  const length = epochs !== undefined ? { epochs } : steps !== undefined ? { steps } : { images };
  return {
    name: file.name ?? name,
    description: file.description ?? '',
    ...(file.design !== undefined && { design: file.design }),
    seed: file.seed,
    data: { ...data, height, width },
    generator: { ...file.generator, layers: expandStacks(file.generator.layers, 'generator') },
    discriminator: { ...file.discriminator, layers: expandStacks(file.discriminator.layers, 'discriminator') },
    training: {
      ...training,
      length,
      loss: typeof loss === 'string' ? lossObject.parse({ type: loss }) : loss,
      labels: { inverted, real, fake, flip },
    },
    metrics: resolveMetrics(file.metrics),
    outputs: file.outputs,
  };
}

function resolveMetrics({ features, ...metrics }: ConfigFile['metrics']): Config['metrics'] {
  const network = typeof features === 'string' ? featuresObject.parse({ network: features }) : features;
  return { ...metrics, names: namesOf({ ...metrics, features }), ...(network && { features: network }) };
}

async function readText(path: string): Promise<string> {
  try {
    return await readRegularText(path, mostBytes);
  } catch (error) {
    throw new DcganError(
      'config.unreadable',
      { happened: `Cannot read the config ${path}: ${messageOf(error)}.` },
      { cause: error },
    );
  }
}

const mostBytes = 2 ** 20; // a config has some kB
const maxAliases = 100; // YAML bombs expand aliases

function parseText(path: string, text: string): unknown {
  const content = parseYaml(path, text); // JSON is YAML
  if (content !== null && typeof content === 'object' && !Array.isArray(content)) return content;
  const held = content === null ? 'nothing' : JSON.stringify(content).slice(0, 60);
  throw malformed(`${path} holds ${held}.`);
}

function parseYaml(path: string, text: string): unknown {
  try {
    const document = parseDocument(text, { prettyErrors: true, logLevel: 'error' });
    if (document.errors[0]) throw document.errors[0];
    const content: unknown = document.toJS({ maxAliasCount: maxAliases });
    JSON.stringify(content); // throws where an alias stands within what it names
    return content;
  } catch (error) {
    const format = extname(path) === '.json' ? 'JSON' : 'YAML';
    throw malformed(`${path} is not well-formed ${format}: ${messageOf(error).trim()}`, error);
  }
}

function malformed(happened: string, cause?: unknown): DcganError {
  const expected = 'Expected a mapping with the sections data, generator, discriminator, training.';
  return new DcganError('config.malformed', { happened, expected }, { cause });
}

function invalidConfig(source: string, complaints: readonly Complaint[]): DcganError {
  const lines = complaints.map(({ path, message }) => `  ${path || '(top)'}: ${message}`);
  const count = complaints.length === 1 ? 'One problem' : `${complaints.length} problems`;
  return new DcganError(
    'config.invalid',
    { happened: `${count} in ${source}:\n${lines.join('\n')}`, fix: 'Every key is described in configs/schema.json.' },
    { data: { complaints } },
  );
}

function deepFreeze<T>(value: T): T {
  if (value !== null && typeof value === 'object' && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
