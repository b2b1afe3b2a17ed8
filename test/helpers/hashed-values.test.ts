import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashedValues } from './hashed-values.ts';

// Printed by test/fixtures/hashed.py: hashed_values(name, 1_000_000) * 2**23, its first four, its last and its sum.
const expected = [
  { name: 'generator/0/kernel', first: [3722339, -3866610, -1705111, 5715853], last: -5892380, sum: -6356107261 },
  { name: 'images', first: [3310235, -3707741, 3663892, -1274273], last: 7296065, sum: 2202700297 },
];

for (const { name, first, last, sum } of expected) {
  test(`the values of '${name}' equal Python's`, () => {
    const integers = Array.from(hashedValues(name, 1_000_000), (value) => value * 2 ** 23);
    assert.deepEqual(integers.slice(0, 4), first);
    assert.equal(integers.at(-1), last);
    assert.equal(
      integers.reduce((total, value) => total + value, 0),
      sum,
    );
  });
}
