import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { pages } from '../../build/docs/pages.ts';

for (const [name, page] of Object.entries(pages)) {
  test(`docs/${name} is up to date with npm run docs`, () => {
    assert.equal(readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8'), `${page()}\n`);
  });
}
