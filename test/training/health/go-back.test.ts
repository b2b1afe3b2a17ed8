// A run that is killed on its way back: nothing of its logs is lost before the checkpoint that it goes on from is there.
import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { CompiledProgram, Program } from '../../../src/engines/engine.ts';
import { DcganError } from '../../../src/errors.ts';
import { startingPosition } from '../../../src/training/loop.ts';
import { goBack, loadLatest, type RunContents, save, truncateLogs } from '../../../src/training/start/start-point.ts';
import { minimalConfig } from '../../helpers/minimal-config.ts';
import { temporaryFolder } from '../../helpers/temporary-run.ts';
import { configOf } from '../../helpers/tiny-network.ts';

const base = temporaryFolder();
const failure = new DcganError('diverged.collapsed', { happened: 'Lost.' }, { data: { step: 40 } });
const at = (step: number) => ({ ...startingPosition, step, images: step, evaluated: { at: step } });
const lines = (steps: readonly number[]) => steps.map((step) => `{"step":${step}}\n`).join('');
const evaluations = (steps: readonly number[]) =>
  steps.map((step) => `{"by":"train","step":${step},"metrics":{}}\n`).join('');

/** A run with ticks and evaluations at 10, 20, 30 and 40, whose best checkpoint is at 20 and whose latest at 30. */
async function lostRun(name: string) {
  const folders = { results: join(base, name, 'results'), checkpoints: join(base, name, 'checkpoints') };
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  writeFileSync(join(folders.results, 'metrics.jsonl'), lines([10, 20, 30, 40]));
  writeFileSync(join(folders.results, 'evaluations.jsonl'), evaluations([10, 20, 30, 40]));
  let weight: Float32Array = Float32Array.of(1);
  const compiled: CompiledProgram = {
    run: async () => ({}),
    read: async () => ({ weight }),
    write: async (values) => {
      weight = values['weight']!;
    },
    decisions: {},
    dispose() {},
  };
  const program: Program = { variables: { weight: [1] }, functions: {} };
  const contents: RunContents = {
    config: configOf(minimalConfig()),
    program,
    compiled,
    engine: {} as RunContents['engine'],
    dataFingerprint: '',
    forkedFrom: undefined,
    keepEverySteps: undefined,
    confirm: async () => undefined,
  };
  await save(folders, contents, at(20), { best: true });
  weight = Float32Array.of(2);
  await save(folders, contents, at(30), { best: false });
  const begin = { position: startingPosition, values: () => ({ weight: Float32Array.of(0) }) };
  const logs = () =>
    ['metrics', 'evaluations'].map((log) => readFileSync(join(folders.results, `${log}.jsonl`), 'utf8'));
  return { folders, contents, begin, logs };
}

const wentBack = [`${lines([10, 20])}{"step":20,"rollbacks":1,"lostAt":40}\n`, evaluations([10, 20])];

test('a run goes back to its best: weights, position and logs, with a line about it', async () => {
  const { folders, contents, begin, logs } = await lostRun('back');
  assert.deepEqual(await goBack(folders, contents, { rollbacks: 1, failure, begin }), { ...at(20), rollbacks: 1 });
  assert.deepEqual(logs(), wentBack);
  const saved = await loadLatest(folders.checkpoints);
  assert.deepEqual([saved?.position, [...saved!.tensors['weight']!.values]], [{ ...at(20), rollbacks: 1 }, [1]]);
});

test('killed before it has saved, it still is the run that was lost, with every line', async () => {
  const { folders, contents, begin, logs } = await lostRun('killed-before');
  const read = () => Promise.reject(new Error('killed'));
  const killed = { ...contents, compiled: { ...contents.compiled, read } };
  await assert.rejects(goBack(folders, killed, { rollbacks: 1, failure, begin }), /killed/);
  const { position } = (await loadLatest(folders.checkpoints))!;
  assert.deepEqual(position, at(30));
  await truncateLogs(folders, position); // as a session begins
  assert.deepEqual(logs(), [lines([10, 20, 30]), evaluations([10, 20, 30])]);
});

test('killed when it has just saved, it is the run that went back', async () => {
  const { folders, contents, begin, logs } = await lostRun('killed-after');
  const [ticks, measured] = logs();
  await goBack(folders, contents, { rollbacks: 1, failure, begin });
  writeFileSync(join(folders.results, 'metrics.jsonl'), ticks!); // as they are before the lost lines are dropped
  appendFileSync(join(folders.results, 'metrics.jsonl'), '{"step":20,"rollbacks":1,"lostAt":40}\n');
  writeFileSync(join(folders.results, 'evaluations.jsonl'), measured!);
  await truncateLogs(folders, (await loadLatest(folders.checkpoints))!.position);
  assert.deepEqual(logs(), wentBack);
});
