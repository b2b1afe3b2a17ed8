import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import stringWidth from 'string-width';
import type { ProgressLine } from '../../../src/cli/output/progress-line.ts';
import { fitProgress, plainProgress } from '../../../src/cli/output/progress-line.ts';
import { showTraining } from '../../../src/cli/output/show-training.ts';

/** A tick in the middle of a long training. */
function tickLine(health: 'healthy' | 'collapsed'): ProgressLine {
  const lines: ProgressLine[] = [];
  const tick = {
    step: 12_345,
    epoch: 13.17,
    images: 790_080,
    discriminatorLoss: 0.691,
    generatorLearningRate: 2e-4,
    discriminatorLearningRate: 2e-4,
    generatorLoss: 12.7,
    realScore: 0.5,
    realAccuracy: 0.9,
    fakeScore: 0.5,
    fakeAccuracy: 0.9,
    health,
    imagesPerSecond: 1234,
    seconds: 4000,
  };
  const progress = {
    stream: process.stderr,
    update: (title: string, done: number, total: number, note: ProgressLine['note'] = '') =>
      lines.push({ title, done, total, note }),
    line() {},
    draw() {},
    end() {},
  };
  showTraining({ type: 'tick', tick, totalSteps: 93_750, totalEpochs: 100, secondsLeft: 26_700 }, progress);
  return lines[0]!;
}

test('fits every width from 20 to 300 columns, and a wider terminal never shows less', () => {
  for (const health of ['healthy', 'collapsed'] as const) {
    let before = 0;
    for (let columns = 20; columns <= 300; columns++) {
      const shown = fitProgress(tickLine(health), columns);
      assert.ok(stringWidth(shown) <= columns, `${columns}: ${shown}`);
      const parts = shown.replaceAll(/[█░]/g, '').split(' ').length;
      assert.ok(parts >= before, `${columns}: ${shown}`);
      before = parts;
    }
  }
});

test('drops whole parts, the least important first', () => {
  const at = (columns: number, health: 'healthy' | 'collapsed' = 'healthy') =>
    fitProgress(tickLine(health), columns).replaceAll(/[█░]+/g, '#');
  assert.equal(
    at(300),
    'Training # 13% epoch 13.2/100 · step 12345/93750 · D 0.691 · G 12.700 · healthy · 1234 img/s · 7 h 25 min left',
  );
  assert.equal(at(100), 'Training # 13% epoch 13.2/100 · step 12345/93750 · D 0.691 · G 12.700 · 7 h 25 min left');
  assert.equal(at(79), 'Training # 13% step 12345/93750 · D 0.691 · G 12.700 · 7 h 25 min left');
  assert.equal(at(79, 'collapsed'), 'Training # 13% step 12345/93750 · collapsed · 7 h 25 min left');
  assert.equal(at(50), 'Training 13% step 12345/93750 · 7 h 25 min left');
  assert.equal(at(30), 'Training 13% 7 h 25 min left');
  assert.equal(at(20), 'Training 13%');
});

test('counts wide characters as two columns and combined ones as one, and never splits one', () => {
  const line = { title: '画像を読み込む', done: 1, total: 4, note: '😀 é' };
  for (let columns = 1; columns < 40; columns++) assert.ok(stringWidth(fitProgress(line, columns)) <= columns);
  assert.equal(fitProgress(line, 5), '画像');
  const texts = fc.record({ title: fc.string({ unit: 'grapheme' }), note: fc.string({ unit: 'binary' }) });
  fc.assert(
    fc.property(texts, fc.integer({ min: 1, max: 300 }), (text, columns) => {
      const shown = fitProgress({ ...text, done: 1, total: 3 }, columns);
      assert.ok(stringWidth(shown) <= columns);
      assert.doesNotMatch(shown, /\p{Cc}/u);
    }),
  );
});

test('a pipe gets all parts', () => {
  assert.match(plainProgress(tickLine('healthy')), /^Training 13% epoch .* healthy · 1234 img\/s · 7 h 25 min left$/);
});
