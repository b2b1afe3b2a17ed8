import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lossCurves } from '../../src/outputs/loss-curves.ts';

const record = (step: number, discriminatorLoss: number, generatorLoss: number) => ({
  step,
  epoch: 0,
  discriminatorLoss,
  generatorLoss,
});

test('a short run is shown as it is', () => {
  const { raw, smooth, leftOut } = lossCurves([record(10, 1, 2), record(20, 3, 4)]);
  assert.deepEqual(raw, [
    { step: 10, loss: 1, network: 'discriminator' },
    { step: 20, loss: 3, network: 'discriminator' },
    { step: 10, loss: 2, network: 'generator' },
    { step: 20, loss: 4, network: 'generator' },
  ]);
  assert.deepEqual([smooth, leftOut], [[], 0]);
  assert.deepEqual(lossCurves([]), { raw: [], smooth: [], leftOut: 0 });
});

test('non-finite losses are left out and counted', () => {
  const { raw, leftOut } = lossCurves([
    record(1, Number.NaN, 2),
    record(2, 3, -Infinity),
    record(3, Infinity, Number.NaN),
  ]);
  assert.equal(leftOut, 4);
  assert.deepEqual(
    raw.map(({ step, loss }) => [step, loss]),
    [
      [2, 3],
      [1, 2],
    ],
  );
});

test('a long run is thinned to a bounded number of points, spikes kept', () => {
  const records = Array.from({ length: 100_000 }, (_, i) =>
    record(i + 1, i === 54_321 ? 99 : 1, i === 77_777 ? -5 : 2),
  );
  const { raw, smooth } = lossCurves(records);
  assert.ok(raw.length <= 2 * 800 && smooth.length <= 2 * 400, `${raw.length} raw, ${smooth.length} smooth`);
  assert.ok(raw.some((point) => point.step === 54_322 && point.loss === 99));
  assert.ok(raw.some((point) => point.step === 77_778 && point.loss === -5));
  for (const network of ['discriminator', 'generator']) {
    for (const curve of [raw, smooth]) {
      const steps = curve.filter((point) => point.network === network).map((point) => point.step);
      assert.deepEqual(
        steps,
        steps.toSorted((a, b) => a - b),
      );
    }
    const ends = smooth.filter((point) => point.network === network);
    assert.deepEqual([ends[0]?.step, ends.at(-1)?.step], [1, 100_000]);
  }
});

test('the smooth curve keeps a straight line and halves alternation', () => {
  // 100 points: the window is 2 * round(100 / 40) + 1 = 7 wide. Twice a mean of 7 alternating -1, 1 is (1/7)^2 in size.
  const records = Array.from({ length: 100 }, (_, i) => record(i, 3 * i + 5, i % 2 === 0 ? 1 : -1));
  const { smooth } = lossCurves(records);
  const at = (network: string, step: number) =>
    smooth.find((point) => point.network === network && point.step === step)!.loss;
  assert.ok(Math.abs(at('discriminator', 50) - 155) < 1e-9);
  assert.ok(Math.abs(at('generator', 50) - 1 / 49) < 1e-9);
  assert.ok(Math.abs(at('generator', 51) + 1 / 49) < 1e-9);
});
