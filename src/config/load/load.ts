// Loads a config: file and overrides -> parse -> schema -> rules -> frozen Config, or one error that lists every problem.
import { basename, extname } from 'node:path';
import { DcganError, messageOf } from '../../errors.ts';
import type { Config } from '../config.ts';
import { type ConfigProblem, checkRules } from '../rules.ts';
import { checkSize } from '../schema/limits.ts';
import { featuresObject, namesOf } from '../schema/metrics.ts';
import { type ConfigFile, configSchema } from '../schema/schema.ts';
import { lossObject } from '../schema/training.ts';
import { expandStacks } from '../stack.ts';
import { withPresentNames } from './old-names.ts';
import { applyOverrides } from './overrides.ts';
import { parseYaml } from './parse-yaml.ts';
import { describeIssues } from './problems.ts';
import { readText } from './read-text.ts';

export async function loadConfig(path: string, overrides: readonly string[] = []): Promise<Config> {
  const content = parseText(path, await readText(path));
  checkSize(content, path);
  return resolveConfig(applyOverrides(withPresentNames(content), overrides), {
    source: path,
    name: basename(path, extname(path)),
  });
}

/** Checks an object as a config. `source` names it in messages. */
export function resolveConfig(given: unknown, { source, name }: { source: string; name: string }): Config {
  checkSize(given, source);
  const content = withPresentNames(given);
  const parsed = configSchema.safeParse(content);
  if (!parsed.success) {
    const { issues } = parsed.error;
    throw invalidConfig(source, describeIssues(issues.slice(0, maxProblems), content), issues.length);
  }
  const problems = checkRules(parsed.data);
  if (problems.length > 0) throw invalidConfig(source, problems.slice(0, maxProblems), problems.length);
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

function parseText(path: string, text: string): unknown {
  const content = parse(path, text); // JSON is YAML
  if (content !== null && typeof content === 'object' && !Array.isArray(content)) return content;
  const held = content === null ? 'nothing' : JSON.stringify(content).slice(0, 60);
  throw malformed(`${path} holds ${held}.`);
}

function parse(path: string, text: string): unknown {
  try {
    return parseYaml(text);
  } catch (error) {
    const format = extname(path) === '.json' ? 'JSON' : 'YAML';
    throw malformed(`${path} is not well-formed ${format}: ${messageOf(error).trim()}`, error);
  }
}

function malformed(happened: string, cause?: unknown): DcganError {
  const expected = 'Expected a mapping with the sections data, generator, discriminator, training.';
  return new DcganError('config.malformed', { happened, expected }, { cause });
}

const maxProblems = 50;

function invalidConfig(source: string, problems: readonly ConfigProblem[], found: number): DcganError {
  const lines = problems.map(({ path, message }) => `  ${path || '(top)'}: ${message}`);
  const total = Math.max(problems.length, found);
  if (total > problems.length) lines.push(`  and ${total - problems.length} more`);
  const count = total === 1 ? 'One problem' : `${total} problems`;
  return new DcganError(
    'config.invalid',
    { happened: `${count} in ${source}:\n${lines.join('\n')}`, fix: 'Every key is described in configs/schema.json.' },
    { data: { problems } },
  );
}

function deepFreeze<T>(value: T): T {
  if (value !== null && typeof value === 'object' && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
