// Checks the transforms against the convolution's sum, term by term, and the number of products by hand.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rankOf, type Sizes, transformSides, transformsOf } from '../../src/engines/frequencies.ts';

const cases: Record<string, Sizes> = {
  '7 x 7, 5 x 5 taps, same': { input: [7, 7], taps: [5, 5], output: [7, 7], lead: [2, 2] },
  'an even torus': { input: [3, 5], taps: [3, 3], output: [3, 5], lead: [1, 1] },
  'sides unlike each other': { input: [4, 3], taps: [3, 2], output: [5, 2], lead: [2, 0] },
  valid: { input: [4, 4], taps: [4, 4], output: [1, 1], lead: [0, 0] },
};

for (const [name, sizes] of Object.entries(cases)) {
  test(`x[i] w[t] y[o] has coefficient 1 if i = o + t - lead, else 0: ${name}`, () => {
    const { rank, input, taps, output } = transformsOf(sizes);
    const count = ([height, width]: readonly [number, number]) => height * width;
    const at = (index: number, side: readonly [number, number]) =>
      [Math.floor(index / side[1]), index % side[1]] as const;
    for (let i = 0; i < count(sizes.input); i++)
      for (let t = 0; t < count(sizes.taps); t++)
        for (let o = 0; o < count(sizes.output); o++) {
          const [pixel, tap, place] = [at(i, sizes.input), at(t, sizes.taps), at(o, sizes.output)];
          const meets = ([0, 1] as const).every((axis) => pixel[axis] === place[axis] + tap[axis] - sizes.lead[axis]);
          let sum = 0;
          for (let r = 0; r < rank; r++) {
            const [x, w, y] = [
              input[r * count(sizes.input) + i]!,
              taps[r * count(sizes.taps) + t]!,
              output[r * count(sizes.output) + o]!,
            ];
            sum += x * w * y;
          }
          assert.ok(Math.abs(sum - Number(meets)) < 1e-6, `pixel ${pixel}, tap ${tap}, output ${place}: ${sum}`);
        }
  });
}

test('takes one product for a self-conjugate frequency and three for a pair', () => {
  assert.deepEqual(transformSides(cases['7 x 7, 5 x 5 taps, same']!), [9, 9]);
  assert.equal(rankOf([9, 9]), 1 + 3 * 40); // in place of 49 x 25
  assert.equal(rankOf([8, 8]), 4 + 3 * 30);
  assert.equal(rankOf([4, 5]), 2 + 3 * 9);
});
