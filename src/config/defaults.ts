// Which values a config need not state. The run hash is made of the others, so a new option changes no hash by its default.
import { definitionOf } from './schema/definitions.ts';

type Schema = Record<string, unknown>;

/**
 * Default by option. An option's place is its path, with [] for list items and <type> for a variant:
 * `generator.layers[]<conv>.stride`. Layers inside of another have the place of those around them. Options without a default
 * are listed as undefined.
 */
export type Defaults = Readonly<Record<string, unknown>>;

/** All options of a JSON Schema with their defaults. */
export function defaultsOf(schema: Schema): Defaults {
  return Object.fromEntries(optionsWithin(schema, '', { root: schema, within: [] }));
}

/** The schema that references are looked up in, and those that are being walked, each with its place. */
interface Walk {
  root: Schema;
  within: readonly string[];
}

function optionsWithin(schema: Schema, place: string, walk: Walk): [string, unknown][] {
  const reference = schema['$ref'] as string | undefined;
  if (reference !== undefined) {
    const here = `${place} ${reference}`;
    if (walk.within.includes(here)) return [];
    return optionsWithin(definitionOf(walk.root, reference), place, { ...walk, within: [...walk.within, here] });
  }
  const branches = [schema['anyOf'], schema['oneOf']].flatMap((union) => (union ?? []) as Schema[]);
  const items = schema['items'] ? optionsWithin(schema['items'] as Schema, `${place}[]`, walk) : [];
  const properties = (schema['properties'] ?? {}) as Record<string, Schema>;
  const variant = properties['type']?.['const'];
  const start = variant === undefined ? place : variantPlace(place, variant);
  const keys = Object.entries(properties).flatMap(([key, value]) => {
    const at = keyPlace(start, key);
    return [[at, value['default']] as [string, unknown], ...optionsWithin(value, at, walk)];
  });
  return [...branches.flatMap((branch) => optionsWithin(branch, place, walk)), ...items, ...keys];
}

/** The options that version one did not have. A default once recorded stays: other values were hashed against it. */
export function optionsSince(versionOne: Defaults, recorded: Defaults, now: Defaults): Defaults {
  const added = Object.keys(now).filter((place) => !(place in versionOne));
  return Object.fromEntries(
    added.sort().map((place) => [place, place in recorded ? recorded[place] : now[place]] as const),
  );
}

/** A config, or the part of it at `place`, without the options that have their default. */
export function withoutDefaults(value: unknown, defaults: Defaults, place = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutDefaults(item, defaults, `${place}[]`));
  if (value === null || typeof value !== 'object') return value;
  const type = (value as { type?: unknown }).type;
  const entries = Object.entries(value).flatMap(([key, item]) => {
    const variant = keyPlace(variantPlace(place, type), key);
    const at = variant in defaults ? variant : keyPlace(place, key);
    const stated = withoutDefaults(item, defaults, at);
    const usual = withoutDefaults(defaults[at], defaults, at);
    return item === undefined || canonicalJson(stated) === canonicalJson(usual) ? [] : [[key, stated]];
  });
  return Object.fromEntries(entries);
}

function variantPlace(place: string, type: unknown): string {
  return `${place}<${String(type)}>`;
}

function keyPlace(place: string, key: string): string {
  const list = key === 'layers' ? /^(.*\.layers)\[\](<\w+>)?$/.exec(place) : null;
  if (list) return list[1]!;
  return place ? `${place}.${key}` : key;
}

/** JSON with sorted keys and without undefined, so that equal values give equal text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'undefined';
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`);
  return `{${entries.join(',')}}`;
}
