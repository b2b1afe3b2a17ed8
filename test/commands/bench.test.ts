import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type BenchEvent, type BenchOptions, bench } from '../../src/commands/bench.ts';
import { temporaryFolder, tinyConfig, writeJsonFile } from '../helpers/temporary-run.ts';

const root = temporaryFolder();
const config = writeJsonFile(join(root, 'tiny.json'), tinyConfig());

async function run(more: Partial<BenchOptions> = {}, shouldStop = () => false, signal?: AbortSignal) {
  const events: BenchEvent[] = [];
  const io = { onEvent: (event: BenchEvent) => void events.push(event), shouldStop, ...(signal && { signal }) };
  return { result: await bench({ config, set: [], engine: 'wasm', root, seconds: 0.2, ...more }, io), events };
}

test('times the step of a config without its images, and writes nothing', async () => {
  const { result, events } = await run({ set: ['training.discriminatorSteps=3'] });
  const { msPerStep, imagesPerSecond, secondsPer1000Images, batchSize, steps } = result;
  assert.ok(msPerStep.least > 0 && msPerStep.least <= msPerStep.median && msPerStep.median <= msPerStep.most);
  assert.ok(Math.abs(imagesPerSecond * (msPerStep.median / 1000) - 3 * batchSize) < 1e-6, 'three batches a step');
  assert.ok(Math.abs(secondsPer1000Images * imagesPerSecond - 1000) < 1e-6);
  assert.equal(events.filter(({ type }) => type === 'step').length, steps);
  assert.deepEqual(readdirSync(root), ['tiny.json']);
});

test('measures for the given time, but at least three steps', async () => {
  const { result } = await run({ seconds: 0 });
  assert.deepEqual([result.steps, result.interrupted], [3, false]);
  assert.ok((await run({ seconds: 0.5 })).result.steps > 3);
});

test('times a lazy penalty in whole cycles', async () => {
  const penalty = 'training.gradientPenalty={ type: r1, every: 4 }';
  const alone = await run({ set: [penalty], seconds: 0 });
  assert.equal(alone.result.steps, 12); // three cycles
  const two = await run({ set: [penalty, 'training.discriminatorSteps=6'], seconds: 0 });
  assert.equal(two.result.steps, 6); // of 12 updates, 4 and 6 have 12 in common: two steps
});

test('stops on request with the steps so far', async () => {
  const { result } = await run({ seconds: 3600 }, () => true);
  assert.ok(result.steps > 0 && Number.isFinite(result.msPerStep.median));
  assert.ok(result.interrupted);
  const reason = new Error('stopped in the warm-up');
  await assert.rejects(
    run({ seconds: 3600 }, () => true, AbortSignal.abort(reason)),
    reason,
  );
});

test('rejects a precision that the engine does not support', async () => {
  await assert.rejects(run({ set: ['training.precision=mixed_bfloat16'] }), { code: 'engine.precision', exitCode: 5 });
});
