import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { configJsonSchema } from '../../src/config/complaints.ts';
import { loadConfig } from '../../src/config/load.ts';

const folder = fileURLToPath(new URL('../../configs', import.meta.url));
const names = readdirSync(folder).filter((name) => /\.(json|ya?ml)$/.test(name) && name !== 'schema.json');

test('configs/schema.json is the schema: npm run schema writes it', () => {
  const written = JSON.parse(readFileSync(join(folder, 'schema.json'), 'utf8'));
  assert.deepEqual(written, JSON.parse(JSON.stringify(configJsonSchema())));
});

type JsonSchema = Record<string, unknown>;

/** A schema, and those that it is made of, without the properties of objects. */
function branchesOf(schema: JsonSchema): JsonSchema[] {
  const parts: JsonSchema[] = ['anyOf', 'oneOf', 'items'].flatMap((name) => (schema[name] ?? []) as JsonSchema[]);
  return [schema, ...parts.flatMap(branchesOf)];
}

/** Keys below a schema that say nothing about themselves; `type: relu` says enough, and sections are what their keys are. */
function silentKeys(schema: JsonSchema, path: string): string[] {
  return branchesOf(schema).flatMap((branch) =>
    Object.entries((branch['properties'] ?? {}) as Record<string, JsonSchema>).flatMap(([key, value]) => {
      const speaks = branchesOf(value).some((part) => part['description'] ?? part['const'] ?? part['properties']);
      return [...(speaks ? [] : [`${path}.${key}`]), ...silentKeys(value, `${path}.${key}`)];
    }),
  );
}

test('every key of the schema has a sentence', () => {
  const silent = silentKeys(configJsonSchema(), 'config');
  assert.deepEqual(silent, []);
});

test('every shipped config loads, points editors to the schema, and says what it is', async () => {
  assert.ok(names.length >= 3);
  for (const name of names) {
    const path = join(folder, name);
    const config = await loadConfig(path);
    assert.equal(config.name, name.replace(/\.\w+$/, ''), name);
    assert.ok(config.description.length > 20, name);
    assert.match(readFileSync(path, 'utf8'), /\.\/schema\.json/, name);
  }
});
