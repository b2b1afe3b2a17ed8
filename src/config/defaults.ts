// Removes options that have their default. The run hash covers the others, so that a new option's default changes no hash.
import { definitionOf } from './schema/definitions.ts';

type Schema = Record<string, unknown>;

/**
 * Default values by option path, with [] for list items and <type> for variants: `generator.layers[]<conv>.stride`. Nested
 * layers have the path of top-level ones. Options without a default are undefined.
 */
export type Defaults = Readonly<Record<string, unknown>>;

/** All options of a JSON Schema with their defaults. */
export function defaultsOf(schema: Schema): Defaults {
  return Object.fromEntries(optionsWithin(schema, '', { root: schema, within: [] }));
}

/** The schema that resolves references, and the references being expanded, each with its path. */
interface Walk {
  root: Schema;
  within: readonly string[];
}

function optionsWithin(schema: Schema, path: string, walk: Walk): [string, unknown][] {
  const reference = schema['$ref'] as string | undefined;
  if (reference !== undefined) {
    const here = `${path} ${reference}`;
    if (walk.within.includes(here)) return [];
    return optionsWithin(definitionOf(walk.root, reference), path, { ...walk, within: [...walk.within, here] });
  }
  const branches = [schema['anyOf'], schema['oneOf']].flatMap((union) => (union ?? []) as Schema[]);
  const items = schema['items'] ? optionsWithin(schema['items'] as Schema, `${path}[]`, walk) : [];
  const properties = (schema['properties'] ?? {}) as Record<string, Schema>;
  const variant = properties['type']?.['const'];
  const start = variant === undefined ? path : variantPath(path, variant);
  const keys = Object.entries(properties).flatMap(([key, value]) => {
    const at = keyPath(start, key);
    return [[at, value['default']] as [string, unknown], ...optionsWithin(value, at, walk)];
  });
  return [...branches.flatMap((branch) => optionsWithin(branch, path, walk)), ...items, ...keys];
}

/** The options that version one did not have. A recorded default never changes, as hashes depend on it. */
export function optionsSince(versionOne: Defaults, recorded: Defaults, now: Defaults): Defaults {
  const added = Object.keys(now).filter((path) => !(path in versionOne));
  return Object.fromEntries(added.sort().map((path) => [path, path in recorded ? recorded[path] : now[path]] as const));
}

/** A config, or its part at `path`, without the options that have their default. */
export function withoutDefaults(value: unknown, defaults: Defaults, path = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutDefaults(item, defaults, `${path}[]`));
  if (value === null || typeof value !== 'object') return value;
  const type = (value as { type?: unknown }).type;
  const entries = Object.entries(value).flatMap(([key, item]) => {
    const variant = keyPath(variantPath(path, type), key);
    const at = variant in defaults ? variant : keyPath(path, key);
    const explicit = withoutDefaults(item, defaults, at);
    const fallback = withoutDefaults(defaults[at], defaults, at);
    return item === undefined || canonicalJson(explicit) === canonicalJson(fallback) ? [] : [[key, explicit]];
  });
  return Object.fromEntries(entries);
}

function variantPath(path: string, type: unknown): string {
  return `${path}<${String(type)}>`;
}

function keyPath(path: string, key: string): string {
  const list = key === 'layers' ? /^(.*\.layers)\[\](<\w+>)?$/.exec(path) : null;
  if (list) return list[1]!;
  return path ? `${path}.${key}` : key;
}

/** JSON with sorted keys and without undefined values: equal values give equal text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'undefined';
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`);
  return `{${entries.join(',')}}`;
}
