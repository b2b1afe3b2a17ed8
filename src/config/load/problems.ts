// Turns the schema's issues into problems with a path and a message, suggesting the nearest key for an unknown one.
import { distance } from 'fastest-levenshtein';
import { z } from 'zod';
import type { ConfigProblem } from '../rules.ts';
import { definitionOf } from '../schema/definitions.ts';
import { configSchema } from '../schema/schema.ts';

type JsonSchema = Record<string, unknown> & {
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  prefixItems?: JsonSchema[];
};

/** The problems behind the issues of a failed parse. */
export function describeIssues(issues: readonly z.core.$ZodIssue[], input: unknown): ConfigProblem[] {
  return issues.flatMap((issue) => describeIssue(issue, input));
}

function describeIssue(issue: z.core.$ZodIssue, input: unknown): ConfigProblem[] {
  const path = formatPath(issue.path);
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(issue.path, input);
    return issue.keys.map((key) => ({
      path: formatPath([...issue.path, key]),
      message: `unknown key${suggest(key, known)}`,
    }));
  }
  const received = valueAt(input, issue.path);
  if (received === undefined) return [{ path, message: `missing; ${expectation(issue.message)}` }];
  if (issue.code === 'invalid_union' && issue.path.at(-1) === 'type') {
    const types = layerTypes();
    return [
      {
        path,
        message: `unknown type ${show(received)}${suggest(String(received), types)}; known: ${types.join(', ')}`,
      },
    ];
  }
  if (issue.code === 'invalid_union') {
    const within = issuesWithin(issue, received);
    if (within) return within.flatMap((inner) => describeIssue(inner, input));
    return [{ path, message: `${expectedOfUnion(issue.path)}; got ${show(received)}` }];
  }
  return [{ path, message: `${expectation(issue.message)}; got ${show(received)}` }];
}

/** The issues inside a mapping that one branch of a union accepts. */
function issuesWithin({ path, errors }: z.core.$ZodIssueInvalidUnion, received: unknown) {
  if (received === null || typeof received !== 'object' || Array.isArray(received)) return undefined;
  const fitting = errors.filter((branch) => branch.every((issue) => issue.path.length > 0 || !('expected' in issue)));
  return fitting.length === 1 ? fitting[0]!.map((issue) => ({ ...issue, path: [...path, ...issue.path] })) : undefined;
}

/** The schema's message without the received type; the received value is appended instead. */
function expectation(message: string): string {
  return lowerFirst(message.replace(/, received \w+$/, ''));
}

function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text ? `${text}.${String(part)}` : String(part);
  }, '');
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function show(value: unknown): string {
  const text = (typeof value === 'number' ? undefined : JSON.stringify(value)) ?? String(value); // NaN has no JSON
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, part) => {
    const container = value as Record<PropertyKey, unknown> | null | undefined;
    return container !== null && typeof container === 'object' ? container[part] : undefined;
  }, input);
}

/** ` (did you mean x?)` for the nearest known word, if it is close enough. */
export function suggest(word: string, known: readonly string[]): string {
  const nearest = known
    .map((candidate) => ({ candidate, far: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.far - b.far)[0];
  return nearest && nearest.far <= Math.max(2, Math.floor(word.length / 3))
    ? ` (did you mean ${nearest.candidate}?)`
    : '';
}

let jsonSchema: JsonSchema | undefined;

/** The config's JSON Schema, for editors. */
export function configJsonSchema(): JsonSchema {
  jsonSchema ??= z.toJSONSchema(configSchema, { io: 'input', target: 'draft-2020-12' }) as JsonSchema;
  return jsonSchema;
}

/** The schemas that apply at a path: the union branches whose `type` matches the input. */
function schemasAt(path: readonly PropertyKey[], input: unknown): JsonSchema[] {
  let schemas = branches(configJsonSchema());
  let value: unknown = input;
  for (const part of path) {
    value = valueAt(value, [part]);
    const type = valueAt(value, ['type']);
    schemas = schemas
      .map((schema) =>
        typeof part === 'number' ? (schema.prefixItems?.[part] ?? schema.items) : schema.properties?.[String(part)],
      )
      .filter((schema) => schema !== undefined)
      .flatMap(branches)
      .filter(
        (schema) => type === undefined || [undefined, type].includes(schema.properties?.['type']?.['const'] as string),
      );
  }
  return schemas;
}

/** The branches of a union, or the schema itself, with references resolved. */
function branches(schema: JsonSchema): JsonSchema[] {
  const reference = schema['$ref'];
  if (typeof reference === 'string') return branches(definitionOf(configJsonSchema(), reference));
  const union = (schema['anyOf'] ?? schema['oneOf']) as JsonSchema[] | undefined;
  return union ? union.flatMap(branches) : [schema];
}

function knownKeys(path: readonly PropertyKey[], input: unknown): string[] {
  return [...new Set(schemasAt(path, input).flatMap((schema) => Object.keys(schema.properties ?? {})))];
}

function layerTypes(): string[] {
  const layer = configJsonSchema().properties?.['generator']?.properties?.['layers']?.items;
  return layer ? branches(layer).map((schema) => String(schema.properties?.['type']?.['const'])) : [];
}

function expectedOfUnion(path: readonly PropertyKey[]): string {
  const kinds = schemasAt(path, undefined).map((schema) => {
    if (schema['enum'] || schema['const'] !== undefined) return [schema['enum'] ?? schema['const']].flat().join(' or ');
    return schema.prefixItems
      ? `a list of ${schema.prefixItems.length}`
      : schema['type'] === 'object'
        ? 'a mapping'
        : `a ${String(schema['type'])}`;
  });
  return `expected ${[...new Set(kinds)].join(', or ')}`;
}
