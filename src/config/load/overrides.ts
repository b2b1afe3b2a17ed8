// Applies `--set key=value`: sets a key of the config by its dotted path to a YAML value.
import { DcganError, messageOf } from '../../errors.ts';
import { parseYaml } from './parse-yaml.ts';

export function applyOverrides(config: unknown, overrides: readonly string[]): unknown {
  const copy: unknown = structuredClone(config);
  for (const override of overrides) applyOverride(copy, override);
  return copy;
}

function applyOverride(config: unknown, override: string): void {
  const [, key, text] = /^([^=]+)=(.*)$/s.exec(override) ?? [];
  if (!key || text === undefined) throw invalid(override, 'It has no "=".');
  const path = pathOf(override, key.trim());
  let target = config as Record<string, unknown>;
  for (const [depth, { name }] of path.slice(0, -1).entries()) {
    checkIndex(override, target, name);
    if (isReplaceable(target[name])) target[name] = path[depth + 1]!.isIndex ? [] : {};
    const next = target[name];
    if (next === null || typeof next !== 'object')
      throw invalid(override, `'${name}' holds ${JSON.stringify(next)}, which has no keys.`);
    target = next as Record<string, unknown>;
  }
  const last = path.at(-1)!.name;
  checkIndex(override, target, last);
  removeOtherUnits(last, target);
  target[last] = parseValue(override, text);
}

interface Part {
  name: string;
  /** Whether it was written in brackets. */
  isIndex: boolean;
}

/** `generator.layers[0].units`, or the same with `.0`. */
function pathOf(override: string, key: string): Part[] {
  if (!/^[^.[\]]+(\.[^.[\]]+|\[[^.[\]]+\])*$/.test(key)) throw invalid(override, `'${key}' is not a path.`);
  const path = [...key.matchAll(/\[([^\]]+)\]|[^.[\]]+/g)].map(([whole, index]) => ({
    name: index ?? whole,
    isIndex: index !== undefined,
  }));
  const isInherited = ({ name }: Part) => name in Object.prototype || name === 'prototype';
  if (path.some(isInherited)) throw invalid(override, `'${key}' is not a path.`);
  return path;
}

/** An index may be that of an item, or the next one, which appends. */
function checkIndex(override: string, target: unknown, name: string): void {
  if (!Array.isArray(target)) return;
  if (/^(0|[1-9]\d{0,8})$/.test(name) && Number(name) <= target.length) return;
  const items = target.length === 0 ? 'an empty list' : `a list with the indices 0 to ${target.length - 1}`;
  throw invalid(override, `'${name}' is no index of ${items}; ${target.length} appends.`);
}

/** Whether setting a nested key replaces the value: none, null, or auto. */
function isReplaceable(value: unknown): boolean {
  return value === undefined || value === null || value === 'auto';
}

/** A duration has one of three keys; setting one replaces the others. */
function removeOtherUnits(unit: string, duration: Record<string, unknown>): void {
  const units = ['epochs', 'steps', 'images'];
  if (!units.includes(unit)) return;
  for (const other of units) delete duration[other];
}

function parseValue(override: string, text: string): unknown {
  try {
    return parseYaml(text);
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
