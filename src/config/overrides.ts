// `--set key=value`: one key of the config, by its dotted path, with a value written as YAML.
import { parse } from 'yaml';
import { DcganError, messageOf } from '../errors.ts';

export function applyOverrides(config: unknown, overrides: readonly string[]): unknown {
  const copy: unknown = structuredClone(config);
  for (const override of overrides) applyOverride(copy, override);
  return copy;
}

function applyOverride(config: unknown, override: string): void {
  const [, key, text] = /^([^=]+)=(.*)$/s.exec(override) ?? [];
  if (!key || text === undefined) throw invalid(override, 'It has no "=".');
  const path = key
    .trim()
    .replace(/\[(\d+)\]/g, '.$1')
    .split('.');
  if (path.some((part) => ['__proto__', 'constructor', 'prototype', ''].includes(part)))
    throw invalid(override, `'${key}' is not a path.`);
  let target = config as Record<string, unknown>;
  for (const part of path.slice(0, -1)) {
    if (target[part] === undefined || target[part] === null || target[part] === 'auto') target[part] = {};
    const next = target[part];
    if (next === null || typeof next !== 'object')
      throw invalid(override, `'${part}' holds ${JSON.stringify(next)}, which has no keys.`);
    target = next as Record<string, unknown>;
  }
  const last = path.at(-1)!;
  clearOtherUnits(last, target);
  target[last] = parseValue(override, text);
}

/** A duration is one of three keys; setting one takes the place of the others. */
function clearOtherUnits(unit: string, duration: Record<string, unknown>): void {
  const units = ['epochs', 'steps', 'images'];
  if (!units.includes(unit)) return;
  for (const other of units) delete duration[other];
}

function parseValue(override: string, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw invalid(override, messageOf(error).split('\n')[0]!);
  }
}

function invalid(override: string, why: string): DcganError {
  return new DcganError('usage.invalid-set', {
    happened: `--set ${override}: ${why}`,
    expected:
      'Expected a path, "=", and a value: --set training.batchSize=64 or --set "generator.layers[0].units=6272".',
  });
}
