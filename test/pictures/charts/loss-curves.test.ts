import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLossCurves } from '../../../src/pictures/charts/loss-curves.ts';
import type { LossesRecord } from '../../../src/runs/losses-log.ts';

const record = (step: number, discriminatorLoss: number, generatorLoss: number) => ({
  step,
  epoch: 0,
  discriminatorLoss,
  generatorLoss,
});

function lossCurves(records: readonly LossesRecord[]) {
  const curves = createLossCurves();
  for (const each of records) curves.add(each);
  return { ...curves.panel('losses'), leftOut: curves.leftOut() };
}

test('shows every point of a short run', () => {
  const { raw, smooth, leftOut } = lossCurves([record(10, 1, 2), record(20, 3, 4)]);
  assert.deepEqual(raw, [
    { step: 10, value: 1, name: 'discriminator' },
    { step: 20, value: 3, name: 'discriminator' },
    { step: 10, value: 2, name: 'generator' },
    { step: 20, value: 4, name: 'generator' },
  ]);
  assert.deepEqual([smooth, leftOut], [[], 0]);
  assert.deepEqual(lossCurves([]), { raw: [], smooth: [], leftOut: 0 });
});

test('skips and counts non-finite losses', () => {
  const { raw, leftOut } = lossCurves([
    record(1, Number.NaN, 2),
    record(2, 3, -Infinity),
    record(3, Infinity, Number.NaN),
  ]);
  assert.equal(leftOut, 4);
  assert.deepEqual(
    raw.map(({ step, value }) => [step, value]),
    [
      [2, 3],
      [1, 2],
    ],
  );
});

test('thins out a long run to a bounded number of points, keeping spikes', () => {
  const records = Array.from({ length: 100_000 }, (_, i) =>
    record(i + 1, i === 54_321 ? 99 : 1, i === 77_777 ? -5 : 2),
  );
  const { raw, smooth } = lossCurves(records);
  assert.ok(raw.length <= 2 * 800 && smooth.length <= 2 * 400, `${raw.length} raw, ${smooth.length} smooth`);
  assert.ok(raw.some((point) => point.step === 54_322 && point.value === 99));
  assert.ok(raw.some((point) => point.step === 77_778 && point.value === -5));
  for (const network of ['discriminator', 'generator']) {
    for (const curve of [raw, smooth]) {
      const steps = curve.filter((point) => point.name === network).map((point) => point.step);
      assert.deepEqual(
        steps,
        steps.toSorted((a, b) => a - b),
      );
    }
    const ends = smooth.filter((point) => point.name === network);
    assert.deepEqual([ends[0]?.step, ends.at(-1)?.step], [1, 100_000]);
  }
});

test('the smooth curve keeps a straight line and halves alternation', () => {
  // 100 points: the window is 2 * round(100 / 40) + 1 = 7 wide. Twice a mean of 7 alternating -1, 1 is (1/7)^2 in size.
  const records = Array.from({ length: 100 }, (_, i) => record(i, 3 * i + 5, i % 2 === 0 ? 1 : -1));
  const { smooth } = lossCurves(records);
  const at = (network: string, step: number) =>
    smooth.find((point) => point.name === network && point.step === step)!.value;
  assert.ok(Math.abs(at('discriminator', 50) - 155) < 1e-9);
  assert.ok(Math.abs(at('generator', 50) - 1 / 49) < 1e-9);
  assert.ok(Math.abs(at('generator', 51) + 1 / 49) < 1e-9);
});

test('gives the same curve from a saved state and from the whole log, of any length', () => {
  const value = (step: number) => Math.fround(Math.sin(step / 7) + step / 1e5);
  for (const length of [700, 801, 2048, 2049, 5000, 100_001]) {
    const records = Array.from({ length }, (_, i) => ({
      ...record(i + 1, value(i), value(2 * i)),
      discriminatorLossReal: value(3 * i),
    }));
    const [whole, resumed] = [createLossCurves(), createLossCurves()];
    for (const each of records) whole.add(each);
    for (const each of records.map((tick) => JSON.parse(JSON.stringify(tick)))) resumed.add(each);
    for (const panel of ['losses', 'parts', 'rates'] as const)
      assert.deepEqual(resumed.panel(panel), whole.panel(panel));
    const { raw, smooth } = whole.panel('losses');
    assert.ok(raw.length <= 1600 && smooth.length <= 800);
    assert.equal(raw.length < 1600 && length <= 800, length <= 800);
    assert.deepEqual([smooth[0]!.step, smooth.at(-1)!.step], [1, length]);
  }
});

test('ignores lines without losses, and draws only values of the log', () => {
  const curves = createLossCurves();
  curves.add({ step: 1, rollbacks: 1, lostAt: 5 });
  curves.add({ step: 2, discriminatorLoss: 1 });
  assert.equal(curves.last(), undefined);
  curves.add(record(3, 1, 2));
  assert.deepEqual(curves.last(), { step: 3, epoch: 0 });
  assert.deepEqual(curves.panel('parts'), { raw: [], smooth: [] });
});
