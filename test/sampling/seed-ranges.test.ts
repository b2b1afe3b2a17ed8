import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkSeed, checkSeeds, firstSeeds, parseSeeds } from '../../src/sampling/seed-ranges.ts';

test('parses numbers and ranges in the order in which they are typed', () => {
  const table: [text: string, seeds: number[]][] = [
    ['7', [7]],
    ['0-3,99', [0, 1, 2, 3, 99]],
    ['5,1-2,5', [5, 1, 2, 5]],
    [' 4 , 8 - 9 ', [4, 8, 9]],
    ['4294967294-4294967295', [4294967294, 4294967295]],
    ['3-3', [3]],
  ];
  for (const [text, seeds] of table) assert.deepEqual(parseSeeds(text), seeds, text);
  assert.equal(parseSeeds('0-9999').length, 10_000);
  assert.deepEqual(firstSeeds(3), [0, 1, 2]);
});

test('rejects what is not a list of seeds with one clear error', () => {
  const table: [text: string, message: RegExp][] = [
    ['', /"" in "" is neither a seed nor a range/],
    ['1,,2', /"" in "1,,2" is neither/],
    ['-1', /"-1" in "-1" is neither/],
    ['1.5', /"1\.5" in "1\.5" is neither/],
    ['1-2-3', /"1-2-3" in "1-2-3" is neither/],
    ['cat', /"cat" in "cat" is neither/],
    ['63-0', /The range 63-0 runs backwards/],
    ['4294967296', /4294967296 is not a seed/],
    ['0-4294967295', /0-4294967295 is more than 1000000 seeds/],
    ['0-999999,5', /more than 1000000 seeds/],
  ];
  for (const [text, message] of table)
    assert.throws(() => parseSeeds(text), { code: 'usage.seeds', exitCode: 2, message });
  assert.throws(() => firstSeeds(1_000_001), { code: 'usage.seeds', message: /1000001 images are more than 1000000/ });
  assert.throws(() => checkSeeds([]), { code: 'usage.seeds', message: /No seeds were given/ });
  for (const seed of [-1, 0.5, 2 ** 32, Number.NaN]) assert.throws(() => checkSeed(seed), { code: 'usage.seeds' });
});
