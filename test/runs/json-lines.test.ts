import assert from 'node:assert/strict';
import {
  appendFileSync,
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { lossSummaryPath, readLossCurves, saveLossCurves } from '../../src/pictures/charts/loss-summary.ts';
import { RandomStream } from '../../src/random.ts';
import { filterLines, type LineAction, readLines, truncateLines } from '../../src/runs/json-lines.ts';
import { appendLosses, truncateLosses } from '../../src/runs/losses-log.ts';
import { temporaryFolder } from '../helpers/temporary-run.ts';

const folder = temporaryFolder();
const path = join(folder, 'log.jsonl');

async function linesOf(file: string): Promise<string[]> {
  const all: string[] = [];
  for await (const lines of readLines(file)) all.push(...lines);
  return all;
}

/** Lines of 1 to 100,000 characters, some beyond one chunk and with characters of several bytes. */
function lines(count: number, seed: number): string[] {
  const random = new RandomStream(seed, 'lines');
  const lengths = Array.from({ length: count }, () => 1 + Math.floor(10 ** (5 * random.uniform())));
  return lengths.map((length, index) => `${index}:${'aé漢'.repeat(length / 3)}`);
}

test('reads complete lines across chunks, with and without a last newline', async () => {
  for (let seed = 0; seed < 20; seed++) {
    const written = lines(60, seed);
    writeFileSync(path, written.join('\n') + (seed % 2 ? '\n' : ''));
    assert.deepEqual(await linesOf(path), written);
  }
  assert.deepEqual(await linesOf(join(folder, 'none.jsonl')), []);
  writeFileSync(path, '\n\na\n\nb\n\n');
  assert.deepEqual(await linesOf(path), ['a', 'b']);
});

test('skips a line that is too long, and reads those around it', async () => {
  const long = 'x'.repeat(5 * 2 ** 20);
  writeFileSync(path, `a\n${long}\nb\n${long}`);
  assert.deepEqual(await linesOf(path), ['a', 'b']);
  await truncateLines(path, (line) => (line === 'b' ? 'last' : 'drop'));
  assert.equal(statSync(path).size, long.length + 5);
});

test('truncating at the end gives the same file as filtering all of it', async () => {
  for (let seed = 0; seed < 20; seed++) {
    const written = lines(60, seed);
    const last = (7 * seed) % 60;
    const isKeptAfter = (index: number) => index % 5 === 0;
    const actionOf = (line: string): LineAction => {
      const index = Number.parseInt(line, 10);
      return index === last ? 'last' : index > last && isKeptAfter(index) ? 'keep' : 'drop';
    };
    writeFileSync(path, `${written.join('\n')}\n{"torn`);
    await truncateLines(path, actionOf);
    assert.deepEqual(
      await linesOf(path),
      written.filter((_, index) => index <= last || isKeptAfter(index)),
    );
    const bytes = readFileSync(path);
    await truncateLines(path, actionOf);
    assert.deepEqual(readFileSync(path), bytes);
  }
});

test('a crash between writing the kept lines and truncating leaves no duplicates', async () => {
  writeFileSync(path, 'a\nkeep\nrest of c\ndrop\nkeep\n'); // 'a drop drop drop keep' with the first of two writes done
  await truncateLines(path, (line) => (line === 'a' ? 'last' : line === 'keep' ? 'keep' : 'drop'));
  assert.equal(readFileSync(path, 'utf8'), 'a\nkeep\n');
});

test('filtering rewrites a file only if there are lines to drop', async () => {
  const actionOf = (line: string): LineAction => (line === 'a' ? 'last' : line === 'c' ? 'keep' : 'drop');
  writeFileSync(path, 'a\nb\nc\n{"torn');
  await filterLines(path, actionOf);
  assert.equal(readFileSync(path, 'utf8'), 'a\nc\n');
  const { ino } = statSync(path);
  await filterLines(path, actionOf);
  assert.equal(statSync(path).ino, ino);
  writeFileSync(path, 'b\na\nc\n');
  await filterLines(path, actionOf);
  assert.equal(readFileSync(path, 'utf8'), 'b\na\nc\n'); // lines before the last one to drop are not examined
  await filterLines(join(folder, 'none.jsonl'), () => 'drop');
});

test('reports a log that is a folder or unreadable', async () => {
  const place = join(folder, 'folder.jsonl');
  mkdirSync(place);
  for (const action of [() => linesOf(place), () => truncateLines(place, () => 'drop')]) {
    await assert.rejects(action(), { code: 'usage.cannot-read', exitCode: 2, message: /folder\.jsonl.*a folder/ });
  }
  if (process.getuid?.() === 0) return; // root reads everything
  writeFileSync(path, 'a\n');
  chmodSync(path, 0);
  await assert.rejects(linesOf(path), { code: 'usage.cannot-read', message: /EACCES/ });
  chmodSync(path, 0o600);
});

test('2,000,000 ticks take no more memory, and no more time to truncate or start, than 20,000', async () => {
  const ticks = (count: number): string => {
    mkdirSync(join(folder, `${count}`)); // a folder per log, as its summary is written beside it
    const file = join(folder, `${count}`, 'losses.jsonl');
    const descriptor = openSync(file, 'w');
    for (let from = 0; from < count; from += 10_000) {
      const text = Array.from({ length: 10_000 }, (_, i) => {
        const step = from + i + 1;
        return `{"step":${step},"epoch":${step / 100},"images":${64 * step},"discriminatorLoss":${(step % 7) / 10},"realScore":0.8,"fakeScore":0.1,"generatorLoss":2.25,"discriminatorLossReal":0.1,"discriminatorLossFake":0.2,"health":"healthy","seconds":${step / 50}}\n`;
      });
      writeSync(descriptor, text.join(''));
    }
    closeSync(descriptor);
    return file;
  };
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, 20);
  const sizes: number[] = [];
  const seconds: number[] = [];
  const starts: number[] = [];
  const summaries: number[] = [];
  for (const count of [20_000, 2_000_000]) {
    const file = ticks(count);
    most = process.memoryUsage().rss;
    const before = most;
    const curves = await readLossCurves(file);
    sizes.push((most - before) / 2 ** 20);
    const { raw, smooth } = curves.panel('losses');
    assert.ok(raw.length <= 1600 && smooth.length <= 800);
    assert.deepEqual(curves.last(), { step: count, epoch: count / 100 });
    await saveLossCurves(file, curves);
    summaries.push(statSync(lossSummaryPath(file)).size / 2 ** 20);
    const beganReading = performance.now();
    const again = await readLossCurves(file);
    starts.push((performance.now() - beganReading) / 1000);
    assert.deepEqual(again.state(), curves.state());
    const began = performance.now();
    appendFileSync(file, '{"step":3');
    await truncateLosses(file, { step: count - 1000, rollbacks: 0 });
    await appendLosses(file, { step: count - 999 });
    seconds.push((performance.now() - began) / 1000);
    const tail = readFileSync(file).subarray(-400).toString().split('\n').slice(-3);
    assert.match(tail[0]!, new RegExp(`^.*"seconds":${(count - 1000) / 50}}$`));
    assert.deepEqual(tail.slice(1), [`{"step":${count - 999}}`, '']);
  }
  clearInterval(watch);
  assert.ok(sizes[1]! < 150, `${sizes.map((size) => size.toFixed(0))} MiB`);
  assert.ok(seconds[1]! < 0.2 + 5 * seconds[0]!, `${seconds} s`);
  assert.ok(starts[1]! < 0.2 + 5 * starts[0]!, `${starts} s to start`);
  assert.ok(summaries[1]! < 1.5, `${summaries} MiB`);
});
