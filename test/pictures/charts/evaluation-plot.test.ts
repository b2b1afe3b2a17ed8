// The plot of evaluations: one panel per metric, with the values of real images for comparison.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { createEvaluationCurves } from '../../../src/pictures/charts/evaluation-curves.ts';
import { writeEvaluationPlot } from '../../../src/pictures/charts/evaluation-plot.ts';
import type { EvaluationRecord } from '../../../src/runs/metrics-log.ts';
import { temporaryFolder } from '../../helpers/temporary-run.ts';

const folder = temporaryFolder();

const record = (step: number, values: Record<string, number | null>): EvaluationRecord => ({
  by: 'train',
  step,
  metrics: { fid: { values, ofData: { distance: 10 } } },
});

async function draw(name: string, records: EvaluationRecord[]) {
  const path = join(folder, name);
  const curves = createEvaluationCurves();
  for (const each of records) curves.add(each);
  await writeEvaluationPlot(path, curves, 'a <name> & more');
  const { data, info } = await sharp(path).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  let blue = 0;
  for (let i = 0; i < data.length; i += 3) if (data[i]! < 20 && Math.abs(data[i + 2]! - 0xb2) < 12) blue++;
  return { ...info, blue };
}

test('draws one panel per value, two in a row, and none for deviations', async () => {
  const one = await draw('one.png', [
    record(4, { distance: 30, deviation: 2 }),
    record(8, { distance: 20, deviation: 1 }),
  ]);
  const three = await draw('three.png', [record(4, { a: 1, b: 2, c: 3 }), record(8, { a: 2, b: 1, c: 3 })]);
  assert.ok(one.width > 420 && one.width < 800, `${one.width}`);
  assert.ok(three.width > 2 * 420 && three.height > 1.6 * one.height, `${three.width} x ${three.height}`);
  assert.ok(one.blue > 200 && three.blue > 2 * one.blue, `${one.blue} and ${three.blue}`);
});

test('draws one evaluation as a point, and skips null values', async () => {
  const point = await draw('point.png', [record(4, { distance: 30 })]);
  assert.ok(point.blue > 10 && point.blue < 200, `${point.blue}`);
  const gap = await draw('gap.png', [record(4, { distance: 30 }), record(8, { distance: null })]);
  assert.equal(gap.blue, point.blue);
});
