import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readLossCurves } from '../../src/pictures/charts/loss-summary.ts';
import {
  appendLosses,
  type LossesRecord,
  readLosses as readInParts,
  truncateLosses,
} from '../../src/runs/losses-log.ts';

const folder = mkdtempSync(join(tmpdir(), 'dcgan-metrics-'));
after(() => rmSync(folder, { recursive: true }));

async function readLosses(path: string): Promise<LossesRecord[]> {
  const all: LossesRecord[] = [];
  for await (const records of readInParts(path)) all.push(...records);
  return all;
}

const tick = (step: number) => ({
  step,
  epoch: step / 10,
  discriminatorLoss: 0.5 * step,
  generatorLoss: 2,
  imagesPerSecond: 900,
});

test('writes one line per tick, and reads back the same values', async () => {
  const path = join(folder, 'a.jsonl');
  assert.deepEqual(await readLosses(path), []);
  await appendLosses(path, tick(1));
  await appendLosses(path, { step: 1, metric: 'fid5k', value: 12.5 });
  await appendLosses(path, tick(2));
  assert.equal(
    readFileSync(path, 'utf8'),
    '{"step":1,"epoch":0.1,"discriminatorLoss":0.5,"generatorLoss":2,"imagesPerSecond":900}\n' +
      '{"step":1,"metric":"fid5k","value":12.5}\n' +
      '{"step":2,"epoch":0.2,"discriminatorLoss":1,"generatorLoss":2,"imagesPerSecond":900}\n',
  );
  const records = await readLosses(path);
  assert.deepEqual(records, [tick(1), { step: 1, metric: 'fid5k', value: 12.5 }, tick(2)]);
  const { raw } = (await readLossCurves(path)).panel('losses');
  assert.deepEqual(
    raw.map(({ name, step, value }) => [name, step, value]),
    [
      ['discriminator', 1, 0.5],
      ['discriminator', 2, 1],
      ['generator', 1, 2],
      ['generator', 2, 2],
    ],
  );
});

test('reads a non-finite loss as NaN', async () => {
  const path = join(folder, 'nan.jsonl');
  await appendLosses(path, { ...tick(1), generatorLoss: Number.NaN, discriminatorLoss: Infinity });
  const [line] = await readLosses(path);
  assert.deepEqual(line, { ...tick(1), discriminatorLoss: Number.NaN, generatorLoss: Number.NaN });
  const curves = await readLossCurves(path);
  assert.deepEqual([curves.leftOut(), curves.last()], [2, { step: 1, epoch: 0.1 }]);
});

test('skips a torn last line, and appends the next one as a line of its own', async () => {
  const whole = '{"step":1}\n{"step":2}\n';
  const torn = '{"step":3,"loss":1.25}';
  for (let length = 1; length < torn.length; length++) {
    const path = join(folder, 'torn.jsonl');
    writeFileSync(path, whole + torn.slice(0, length));
    assert.deepEqual(await readLosses(path), [{ step: 1 }, { step: 2 }]);
    await appendLosses(path, { step: 4 });
    assert.deepEqual(await readLosses(path), [{ step: 1 }, { step: 2 }, { step: 4 }]);
  }
});

test('resuming leaves no gap and no repetition', async () => {
  const path = join(folder, 'resume.jsonl');
  for (let step = 1; step <= 9; step++) await appendLosses(path, tick(step));
  appendFileSync(path, '{"step":10,"ep');
  await truncateLosses(path, { step: 6, rollbacks: 0 });
  for (let step = 7; step <= 12; step++) await appendLosses(path, tick(step));
  const lines = Array.from({ length: 12 }, (_, i) => `${JSON.stringify(tick(i + 1))}\n`);
  assert.equal(readFileSync(path, 'utf8'), lines.join(''));
  await truncateLosses(path, { step: 0, rollbacks: 0 });
  assert.equal(readFileSync(path, 'utf8'), '');
  await truncateLosses(join(folder, 'never-written.jsonl'), { step: 5, rollbacks: 0 });
});

test('resuming keeps the lines of earlier rollbacks, and drops that of one that was killed', async () => {
  const path = join(folder, 'rollbacks.jsonl');
  const back = (rollbacks: number) => ({ step: 2, rollbacks, lostAt: 4 });
  const written = [tick(1), tick(2), back(1), tick(3), back(2)];
  for (const line of written) await appendLosses(path, line);
  await truncateLosses(path, { step: 3, rollbacks: 1 });
  assert.deepEqual(await readLosses(path), written.slice(0, 4));
  await truncateLosses(path, { step: 2, rollbacks: 2 });
  assert.deepEqual(await readLosses(path), written.slice(0, 3));
});

test('reports a missing folder', async () => {
  await assert.rejects(appendLosses(join(folder, 'no', 'm.jsonl'), tick(1)), {
    code: 'usage.cannot-write',
    exitCode: 2,
  });
});
