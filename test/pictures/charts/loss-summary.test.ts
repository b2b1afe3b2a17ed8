import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { createLossCurves } from '../../../src/pictures/charts/loss-curves.ts';
import { lossSummaryPath, readLossCurves, saveLossCurves } from '../../../src/pictures/charts/loss-summary.ts';
import { appendLosses, truncateLosses } from '../../../src/runs/losses-log.ts';

const folder = mkdtempSync(join(tmpdir(), 'dcgan-summary-'));
after(() => rmSync(folder, { recursive: true }));

const tick = (step: number, seconds: number = step) => ({
  step,
  epoch: step / 10,
  discriminatorLoss: step % 97 === 0 ? null : Math.fround(Math.sin(step / 7)),
  generatorLoss: Math.fround(Math.cos(step / 9) + step / 1e5),
  discriminatorLossReal: 0.25,
  seconds,
});

const linesOf = (ticks: readonly object[]) => ticks.map((each) => `${JSON.stringify(each)}\n`).join('');
const ticks = (from: number, to: number, seconds?: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => tick(from + i, seconds));

/** A log in a new folder. */
function logOf(content: string): string {
  const log = join(mkdtempSync(join(folder, 'log-')), 'losses.jsonl');
  writeFileSync(log, content);
  return log;
}

async function summarised(content: string): Promise<string> {
  const log = logOf(content);
  await saveLossCurves(log, await readLossCurves(log));
  return log;
}

/** The curves from reading the whole log. */
async function rebuilt(log: string) {
  return (await readLossCurves(logOf(readFileSync(log, 'utf8')))).state();
}

/** Changes lines that are already summarised, which shows whether the summary is used. */
function breakBeginning(log: string): void {
  const bytes = readFileSync(log);
  writeFileSync(log, bytes.fill('#', 0, 100));
}

test('reads the summary and the lines after it, with the same curves as from the whole log', async () => {
  for (const length of [60, 2048, 2049, 5001]) {
    const log = await summarised(linesOf(ticks(1, length)));
    writeFileSync(log, linesOf(ticks(length + 1, length + 700)), { flag: 'a' });
    const expected = await rebuilt(log);
    breakBeginning(log);
    const curves = await readLossCurves(log);
    assert.deepEqual(curves.state(), expected);
    const whole = createLossCurves(expected);
    for (const panel of ['losses', 'parts', 'rates'] as const)
      assert.deepEqual(curves.panel(panel), whole.panel(panel));
    assert.notDeepEqual(await rebuilt(log), expected, 'the beginning was not read');
  }
});

test('gives the curves of the remaining lines after the log was truncated', async () => {
  const log = await summarised(linesOf(ticks(1, 3000)));
  writeFileSync(log, linesOf(ticks(3001, 3100)), { flag: 'a' });
  await truncateLosses(log, { step: 3000, rollbacks: 0 }); // to the checkpoint that the summary belongs to
  breakBeginning(log);
  assert.deepEqual((await readLossCurves(log)).state(), await rebuilt(logOf(linesOf(ticks(1, 3000)))));

  const earlier = await summarised(linesOf(ticks(1, 3000)));
  await truncateLosses(earlier, { step: 2000, rollbacks: 0 }); // to one before
  assert.deepEqual((await readLossCurves(earlier)).state(), await rebuilt(earlier));
  for (const each of ticks(2001, 3200, 7)) writeFileSync(earlier, linesOf([each]), { flag: 'a' });
  assert.deepEqual((await readLossCurves(earlier)).state(), await rebuilt(earlier));

  const rolledBack = await summarised(linesOf(ticks(1, 100)));
  await appendLosses(rolledBack, { step: 60, rollbacks: 1, lostAt: 100 });
  await truncateLosses(rolledBack, { step: 60, rollbacks: 1 });
  writeFileSync(rolledBack, linesOf(ticks(61, 200)), { flag: 'a' });
  assert.deepEqual((await readLossCurves(rolledBack)).state(), await rebuilt(rolledBack));
});

test('ignores and replaces a summary that is missing, damaged, newer or of another log', async () => {
  const content = linesOf(ticks(1, 500));
  const expected = await rebuilt(logOf(content));
  const text = readFileSync(lossSummaryPath(await summarised(content)), 'utf8');
  const other = readFileSync(lossSummaryPath(await summarised(linesOf(ticks(1, 499, 3)))), 'utf8');
  const damaged = [
    '',
    '\n',
    'null',
    '{}',
    text.slice(0, -40),
    text.replace('"version":1', '"version":2'),
    other,
    text.toUpperCase(),
    ...Array.from({ length: 50 }, (_, i) => {
      const at = Math.floor(((i + 0.5) * (text.length - 1)) / 50);
      return `${text.slice(0, at)}${text[at] === '7' ? '8' : '7'}${text.slice(at + 1)}`;
    }),
  ];
  for (const each of damaged) {
    const log = logOf(content);
    writeFileSync(lossSummaryPath(log), each);
    const curves = await readLossCurves(log);
    assert.deepEqual(curves.state(), expected);
    await saveLossCurves(log, curves);
    assert.equal(readFileSync(lossSummaryPath(log), 'utf8'), text);
  }
});

test('does not summarise a missing log, or one that ends inside a line', async () => {
  const torn = logOf(`${linesOf(ticks(1, 5))}{"step":6`);
  await saveLossCurves(torn, await readLossCurves(torn));
  assert.throws(() => statSync(lossSummaryPath(torn)), { code: 'ENOENT' });
  const none = join(mkdtempSync(join(folder, 'none-')), 'losses.jsonl');
  await saveLossCurves(none, await readLossCurves(none));
  assert.throws(() => statSync(lossSummaryPath(none)), { code: 'ENOENT' });
});

test('ignores a pipe or folder instead of the summary, and reports one instead of the log', {
  timeout: 20_000,
}, async () => {
  const content = linesOf(ticks(1, 50));
  const expected = await rebuilt(logOf(content));
  const makePipe = (path: string) => execFileSync('mkfifo', [path]);
  const isWindows = process.platform === 'win32';
  for (const make of isWindows ? [mkdirSync] : [mkdirSync, makePipe]) {
    const log = logOf(content);
    make(lossSummaryPath(log));
    const curves = await readLossCurves(log);
    assert.deepEqual(curves.state(), expected);
    await saveLossCurves(log, curves);
    assert.deepEqual((await readLossCurves(log)).state(), expected);

    const place = join(mkdtempSync(join(folder, 'place-')), 'losses.jsonl');
    copyFileSync(lossSummaryPath(await summarised(content)), join(dirname(place), '.loss-curves.json'));
    make(place);
    await assert.rejects(readLossCurves(place), { code: 'usage.cannot-read' });
    await assert.rejects(appendLosses(place, { step: 1 }), { code: 'usage.cannot-write' });
    await saveLossCurves(place, curves);
  }
});
