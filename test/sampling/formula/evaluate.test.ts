import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluateFormula } from '../../../src/sampling/formula/evaluate.ts';
import { parseFormula } from '../../../src/sampling/formula/parse.ts';

const vectors = new Map([
  ['s1', [1, 2]],
  ['s2', [10, -20]],
  ['s3', [4, 0.5]],
  ['big', [3e38, 0]],
]);

function value(text: string): number[] {
  return [...evaluateFormula(parseFormula(text), text, vectors)];
}

const values: [text: string, expected: number[]][] = [
  ['s1 - s2 + s3', [-5, 22.5]],
  ['s1 - (s2 + s3)', [-13, 21.5]],
  ['2 * s1 - s2 / 4', [-0.5, 9]],
  ['(1 + 2 * 3 - 4 / 8) * s1', [6.5, 13]],
  ['s1 * 3', [3, 6]],
  ['-s1 - -s2', [9, -22]],
  ['mean(s1, s2, s3)', [5, -17.5 / 3].map(Math.fround)],
  ['mean(s2, s1 - s2)', [0.5, 1]],
  ['s2 / -0.5', [-20, 40]],
  ['big + big - big', [3e38, 0].map(Math.fround)],
];

test('adds, subtracts, scales and averages vectors', () => {
  for (const [text, expected] of values) assert.deepEqual(value(text), expected, text);
});

const refused: [text: string, at: number, problem: RegExp][] = [
  ['s1 + 2', 3, /a number and a vector cannot be added/],
  ['s1 + s2 - 2 * 3', 8, /a number and a vector cannot be subtracted/],
  ['s1 * s2', 3, /two vectors cannot be multiplied/],
  ['1 / s2', 2, /nothing can be divided by a vector/],
  ['s1 / (1 - 1)', 5, /nothing can be divided by zero/],
  ['2 + 3', 0, /there is the number 5 where a vector should be/],
  ['s1 + mean(s2, 4)', 14, /there is the number 4 where a vector should be/],
  ['s1 - big * 9', 0, /its values are too large/],
];

test('shows a caret under an impossible operation', () => {
  for (const [text, at, problem] of refused) {
    assert.throws(
      () => value(text),
      (error: Error) => {
        assert.match(error.message, problem);
        assert.equal(error.message.split('\n')[2], `  ${' '.repeat(at)}^`, text);
        return true;
      },
      text,
    );
  }
});
