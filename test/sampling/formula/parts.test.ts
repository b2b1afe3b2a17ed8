import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFormula } from '../../../src/sampling/formula/parse.ts';
import { addendsOf, vectorsIn } from '../../../src/sampling/formula/parts.ts';

const addends = (text: string) =>
  addendsOf(parseFormula(text)).map(({ sign, part }) => `${sign} ${text.slice(part.from, part.to)}`);
const vectors = (text: string) => vectorsIn(parseFormula(text)).map(({ name }) => name);

test('lists addends in order, each with its sign', () => {
  assert.deepEqual(addends('s12 - s40 + s77'), ['+ s12', '- s40', '+ s77']);
  assert.deepEqual(addends('-s1 + 2 * s2 - (s3 - s4)'), ['- s1', '+ 2 * s2', '- (s3 - s4)']);
  assert.deepEqual(addends('mean(s1 + s2, s3)'), ['+ mean(s1 + s2, s3)']);
});

test('lists every occurrence of a vector', () => {
  assert.deepEqual(vectors('mean(s2, s1) - -2 * (smile + s2)'), ['s2', 's1', 'smile', 's2']);
});
