import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkBounds } from '../../bench/bounds.ts';
import type { Contest, Measurements } from '../../bench/record.ts';
import { betweenMarkers, renderRecord } from '../../bench/report.ts';

const measured = (ms: number[], peakMiB = 100): Measurements => {
  return { unitsPerTurn: 3, ms, peakMiB, warmUpSeconds: 1, losses: {}, versions: { torch: '2.0' } };
};

function contestOf(contestants: Record<string, Measurements>, model = 'mnist-test4'): Contest {
  const machine = { processor: 'Abacus', cores: 2, instructions: ['avx2'], memoryMiB: 64, system: 'Linux' };
  return {
    model,
    batch: 100,
    job: 'training',
    date: '2026-01-01',
    machine,
    rounds: 3,
    warmUpSteps: 5,
    autoPrecision: 'mixed_bfloat16',
    idleShare: 0.002,
    contestants,
  };
}

const contest = contestOf({
  'this float32': measured([96, 95, 97], 200),
  'this mixed_bfloat16': measured([50, 60, 50]),
  'Keras tf.function': measured([100, 100, 100], 100),
  'PyTorch default': measured([130, 130, 130]),
  'PyTorch channels_last': measured([100, 150, 110]),
});

test('checks the bounds whose contestants took part', () => {
  const judged = checkBounds(contest).map(({ bound, peer, ratio, met }) => [
    bound.ours,
    bound.quantity,
    peer,
    ratio.median,
    met,
  ]);
  assert.deepEqual(judged, [
    ['this float32', 'ms', 'Keras tf.function', 0.96, false], // the limit is 0.95
    ['this default', 'ms', 'PyTorch channels_last', 50 / 110, true], // default is bfloat16 here; 110 < 130; 50/110 of 0.5, 0.4, 0.45
    ['this float32', 'peakMiB', 'Keras tf.function', 2, false],
  ]);
});

test('memory is bounded for one model only', () => {
  assert.ok(checkBounds(contestOf(contest.contestants, 'afg')).every(({ bound }) => bound.quantity === 'ms'));
});

test('the tables have every bound with its limit, median and spread, and every contestant', () => {
  const text = renderRecord({ 'mnist-test4, batch 100': contest });
  assert.match(text, /^### mnist-test4, batch 100$/m);
  assert.match(text, /^\| step, both float32: .* \| ≤ 0.95 \| 0.960 \| 0.950 – 0.970 \| \*\*not met\*\* \|$/m);
  assert.match(text, /\(PyTorch channels_last\) \| ≤ 0.5 \| 0.455 \| 0.400 – 0.500 \| met \|$/m);
  assert.match(text, /^\| PyTorch channels_last \| 110 \| 100 – 150 \| 100 \|$/m);
  assert.match(text, /2026-01-01; Abacus, 2 cores, avx2; torch 2.0; 3 rounds/);
});

test('tables replace only the text between the markers', () => {
  const text = 'before\n<!-- results -->\n\nold\n\n<!-- end of results -->\nafter\n';
  assert.equal(betweenMarkers(text, 'new'), 'before\n<!-- results -->\n\nnew\n\n<!-- end of results -->\nafter\n');
  assert.throws(() => betweenMarkers('no markers', 'new'), /between/);
});
