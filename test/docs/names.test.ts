import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { metricNames } from '../../src/config/schema/metric-names.ts';
import { exportFormatNames } from '../../src/exports/formats.ts';

/** The names that a page does not have in backquotes. */
function missingNames(names: readonly string[], page: string): string[] {
  const text = readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8');
  return names.filter((name) => !text.includes(`\`${name}\``));
}

test('README.md lists every export format, and docs/metrics.md every metric', () => {
  assert.deepEqual(missingNames(exportFormatNames, 'README.md'), []);
  assert.deepEqual(missingNames(metricNames, 'docs/metrics.md'), []);
});
