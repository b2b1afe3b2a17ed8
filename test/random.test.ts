import assert from 'node:assert/strict';
import { test } from 'node:test';
import { philox, RandomStream } from '../src/random.ts';

/** The "philox4x32 10" lines of Random123's known-answer file tests/kat_vectors: counter, key, output. */
const knownAnswers: [number[], [number, number], number[]][] = [
  [
    [0, 0, 0, 0],
    [0, 0],
    [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  ],
  [
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  ],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
];

function draw(count: number, next: () => number): number[] {
  return Array.from({ length: count }, next);
}

test('philox4x32-10 gives the published values', () => {
  for (const [counter, key, expected] of knownAnswers) {
    const block = Uint32Array.from(counter);
    philox(block, ...key);
    assert.deepEqual([...block], expected);
  }
});

test("a stream's key is the seed and the FNV-1a hash of its name, and its counter the block and the index", () => {
  const index = 5 * 2 ** 32 + 7;
  const stream = new RandomStream(42, 'a', index); // FNV-1a of "a" is 0xe40c292c
  for (const blockNumber of [0, 1, 2]) {
    const block = Uint32Array.of(blockNumber, 7, 5, 0);
    philox(block, 42, 0xe40c292c);
    assert.deepEqual(
      draw(4, () => stream.bits()),
      [...block],
    );
  }
});

test('seed, name and index determine the numbers, and each of them changes them', () => {
  const values = (seed: number, name: string, index: number) => [...new RandomStream(seed, name, index).normals(8)];
  assert.deepEqual(values(1, 'latents', 3), values(1, 'latents', 3));
  const others = [values(2, 'latents', 3), values(1, 'labels', 3), values(1, 'latents', 4)];
  for (const other of others) assert.notDeepEqual(other, values(1, 'latents', 3));
});

test('normals have the moments of the standard normal distribution', () => {
  const count = 200_000;
  const values = new RandomStream(9, 'moments').normals(count);
  const moment = (power: number) => values.reduce((sum, value) => sum + value ** power, 0) / count;
  // The standard error of the k-th moment is sqrt(var(x^k) / n): var(x) = 1, var(x^2) = 2, var(x^3) = 15, var(x^4) = 96.
  const deviations = 4;
  for (const [power, expected, variance] of [
    [1, 0, 1],
    [2, 1, 2],
    [3, 0, 15],
    [4, 3, 96],
  ] as const) {
    const error = Math.abs(moment(power) - expected);
    assert.ok(error < deviations * Math.sqrt(variance / count), `moment ${power} is off by ${error}`);
  }
});

test('an odd number of normals is a prefix of the longer draw', () => {
  const three = new RandomStream(1, 'odd').normals(3);
  assert.deepEqual([...three], [...new RandomStream(1, 'odd').normals(4).subarray(0, 3)]);
});

test('uniform values stay in their range and have its mean', () => {
  const values = new RandomStream(3, 'uniform').uniforms(100_000, -1, 3);
  assert.ok(values.every((value) => value >= -1 && value < 3));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  assert.ok(Math.abs(mean - 1) < (4 * 4) / Math.sqrt(12 * values.length), `mean ${mean}`);
});

test('below is unbiased even if 2^32 is far from a multiple of the count', () => {
  // Without rejection, a count of 3 * 2^30 gives probabilities of 1/2, 1/4 and 1/4: for its three thirds when using a modulus,
  // and for the three remainders by 3 when using the high half of a product.
  const count = 3 * 2 ** 30;
  const draws = 60_000;
  const thirds = [0, 0, 0];
  const remainders = [0, 0, 0];
  const stream = new RandomStream(4, 'below');
  for (const value of draw(draws, () => stream.below(count))) {
    thirds[Math.floor(value / 2 ** 30)]!++;
    remainders[value % 3]!++;
  }
  for (const counts of [thirds, remainders]) {
    const chiSquared = counts.reduce((sum, seen) => sum + (seen - draws / 3) ** 2 / (draws / 3), 0);
    assert.ok(chiSquared < 13.8, `${counts} (13.8 is passed with p = 0.001, 2 degrees of freedom)`);
  }
});

test('below gives each number of a small range equally often and nothing else', () => {
  const draws = 70_000;
  const seen = new Array<number>(7).fill(0);
  const stream = new RandomStream(5, 'below');
  for (const value of draw(draws, () => stream.below(7))) seen[value]!++;
  const chiSquared = seen.reduce((sum, count) => sum + (count - draws / 7) ** 2 / (draws / 7), 0);
  assert.ok(chiSquared < 22.5, `${seen} (22.5 is passed with p = 0.001, 6 degrees of freedom)`);
  assert.equal(new RandomStream(5, 'one').below(1), 0);
});

test('permutation gives all orders of three equally often', () => {
  const seen = new Map<string, number>();
  for (let i = 0; i < 12_000; i++) {
    const order = new RandomStream(6, 'order', i).permutation(3).join('');
    seen.set(order, (seen.get(order) ?? 0) + 1);
  }
  assert.equal(seen.size, 6);
  const chiSquared = [...seen.values()].reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0);
  assert.ok(chiSquared < 20.5, `${[...seen]} (20.5 is passed with p = 0.001, 5 degrees of freedom)`);
});
