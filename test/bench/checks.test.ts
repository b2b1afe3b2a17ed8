import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkEqual, type Entrant } from '../../bench/checks.ts';
import type { Mode } from '../../bench/contestants.ts';

function entrant(
  name: string,
  changes: { trainable?: number; scores?: number[]; loss?: number; mode?: Mode } = {},
): Entrant {
  const { trainable = 10, scores = [3, 4], loss = 1, mode = {} } = changes;
  const parameters = { generator: { all: 12, trainable }, discriminator: { all: 5, trainable: 5 } };
  return {
    contestant: { name, worker: 'keras', mode },
    report: { parameters, scores, versions: {} },
    losses: { discriminator: loss },
  };
}

test('contestants that do the same work pass', () => {
  checkEqual([entrant('this'), entrant('peer', { scores: [3, 4.0004], loss: 1.2 })]); // 0.0004 of a norm of 5
});

test('allows bfloat16 a larger difference', () => {
  const rounded = { scores: [3, 4.05] }; // 1 % of the norm
  checkEqual([entrant('this'), entrant('peer', { ...rounded, mode: { autocast: true } })]);
  assert.throws(
    () => checkEqual([entrant('this'), entrant('peer', rounded)]),
    /peer: scores on the probe differ by 0.010/,
  );
});

test('every difference is reported with the expected value', () => {
  const others = [
    entrant('a', { trainable: 9 }),
    entrant('b', { scores: [3] }),
    entrant('c', { scores: [3, Number.NaN] }),
    entrant('d', { loss: 0.7 }),
  ];
  assert.throws(
    () => checkEqual([entrant('this'), ...others]),
    (error: Error) => {
      for (const part of [
        / a: parameters .*"trainable":9/,
        / b: scores/,
        / c: scores/,
        / d: the discriminator's .* 0.700, not 1.00/,
      ]) {
        assert.match(error.message, part);
      }
      return true;
    },
  );
});
