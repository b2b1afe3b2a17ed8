// metrics.jsonl of any length: a start reads its end, and memory does not grow with it.
import assert from 'node:assert/strict';
import { appendFileSync, closeSync, existsSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { readEvaluationCurves } from '../../src/pictures/charts/evaluation-curves.ts';
import { truncateEvaluations } from '../../src/runs/metrics-log.ts';
import { residentMiB } from '../helpers/collect-garbage.ts';
import { temporaryFolder } from '../helpers/temporary-run.ts';

const path = join(temporaryFolder(), 'metrics.jsonl');
const count = 200_000;

const line = (step: number, by = 'train') =>
  `{"time":"2026-12-01T00:00:00.000Z","by":"${by}","step":${step},"count":1024,"resizer":"none","metrics":{"swd":{"protocol":"${'x'.repeat(200)}","values":{"16":${step % 7},"average":${step % 5}},"ofData":{"16":1,"average":2}}}}\n`;

/** Every third line is one of dcgan evaluate. */
function writeLog(): void {
  const file = openSync(path, 'w');
  for (let from = 1; from <= count; from += 1000) {
    const lines = Array.from({ length: 1000 }, (_, i) => line(from + i, (from + i) % 3 ? 'train' : 'evaluate'));
    writeSync(file, lines.join(''));
  }
  closeSync(file);
}

/** Bytes that this process has read, of any file. */
function bytesRead(): number {
  return Number(/^rchar: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
}

/** MiB by which resident memory grows in `work` at most. */
async function growthMiB(work: () => Promise<void>): Promise<number> {
  const before = await residentMiB();
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss / 2 ** 20);
  }, 5);
  await work();
  clearInterval(watch);
  return most - before;
}

describe('200,000 evaluations', () => {
  test('reads only the end if there is nothing to drop', { skip: !existsSync('/proc/self/io') }, async () => {
    writeLog();
    const { ino, size } = statSync(path);
    const before = bytesRead();
    await truncateEvaluations(path, count);
    const read = bytesRead() - before;
    assert.ok(size > 50 * 2 ** 20 && read < 2 ** 20, `${read} of ${size} bytes`);
    assert.equal(statSync(path).ino, ino);
  });

  test('memory for dropping the last evaluations and reading all does not grow with the log', async () => {
    writeLog();
    appendFileSync(path, '{"torn');
    const growth = await growthMiB(async () => {
      await truncateEvaluations(path, count - 4);
      const curves = await readEvaluationCurves(path);
      assert.equal(curves.lastStep(), count - 4);
      const [first] = curves.panels();
      assert.ok(first!.values.length > 100 && first!.values.length <= 1600);
    });
    assert.ok(growth < 60, `${growth.toFixed(0)} MiB`);
    const kept = line(count - 4) + line(count - 2, 'evaluate');
    assert.equal(readFileSync(path).subarray(-kept.length).toString(), kept);
  });
});
