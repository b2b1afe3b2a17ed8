import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatCount, formatDuration, formatTable } from '../../../src/cli/output/format.ts';

test('formats durations in the two largest units', () => {
  const table: [seconds: number, text: string][] = [
    [0, '0 s'],
    [59.4, '59 s'],
    [59.6, '1 min 0 s'],
    [125, '2 min 5 s'],
    [3599.9, '1 h 0 min'],
    [7384, '2 h 3 min'],
    [200_000, '55 h 33 min'],
    [Number.NaN, '?'],
    [Number.POSITIVE_INFINITY, '?'],
  ];
  for (const [seconds, text] of table) assert.equal(formatDuration(seconds), text);
});

test('formats counts with separators and at most two decimals', () => {
  assert.deepEqual([0, 999, 2_330_944, 31.25, 6.4, 1 / 3].map(formatCount), [
    '0',
    '999',
    '2,330,944',
    '31.25',
    '6.4',
    '0.33',
  ]);
});

test('aligns tables, with right-aligned numbers', () => {
  const rows = [
    ['', 'layer', 'parameters'],
    ['0', 'dense', '1,254,400'],
    ['10', 'tanh', '0'],
  ];
  assert.equal(
    formatTable(rows, [0, 2]),
    ['    layer  parameters', ' 0  dense   1,254,400', '10  tanh            0'].join('\n'),
  );
});
