// Rolling back, also when killed during it: log lines are dropped only after the checkpoint is saved.
import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { CompiledProgram, Program } from '../../../src/engines/engine.ts';
import { DcganError } from '../../../src/errors.ts';
import { type RunContents, save, truncateLogs } from '../../../src/training/checkpointing.ts';
import { rollBack } from '../../../src/training/health/rollback.ts';
import { initialProgress } from '../../../src/training/loop.ts';
import { loadLatest } from '../../../src/training/start/training-checkpoint.ts';
import { minimalConfig } from '../../helpers/minimal-config.ts';
import { temporaryFolder } from '../../helpers/temporary-run.ts';
import { configOf } from '../../helpers/tiny-network.ts';

const base = temporaryFolder();
const failure = new DcganError('diverged.collapsed', { happened: 'Lost.' }, { data: { step: 40 } });
const at = (step: number) => ({ ...initialProgress, step, images: step, evaluated: { at: step } });
const lines = (steps: readonly number[]) => steps.map((step) => `{"step":${step}}\n`).join('');
const evaluations = (steps: readonly number[]) =>
  steps.map((step) => `{"by":"train","step":${step},"metrics":{}}\n`).join('');

/** A run with log lines and evaluations at 10, 20, 30 and 40, whose best checkpoint is at 20 and whose latest at 30. */
async function failedRun(name: string) {
  const folders = { results: join(base, name, 'results'), checkpoints: join(base, name, 'checkpoints') };
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  writeFileSync(join(folders.results, 'losses.jsonl'), lines([10, 20, 30, 40]));
  writeFileSync(join(folders.results, 'metrics.jsonl'), evaluations([10, 20, 30, 40]));
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
  const first = { kind: 'fresh' as const, progress: initialProgress, values: () => ({ weight: Float32Array.of(0) }) };
  const logs = () => ['losses', 'metrics'].map((log) => readFileSync(join(folders.results, `${log}.jsonl`), 'utf8'));
  return { folders, contents, first, logs };
}

const rolledBack = [`${lines([10, 20])}{"step":20,"rollbacks":1,"lostAt":40}\n`, evaluations([10, 20])];

test('rolls weights, progress and logs back to the best checkpoint, and logs it', async () => {
  const { folders, contents, first, logs } = await failedRun('back');
  assert.deepEqual(await rollBack(folders, contents, { rollbacks: 1, failure, first }), { ...at(20), rollbacks: 1 });
  assert.deepEqual(logs(), rolledBack);
  const saved = await loadLatest(folders.checkpoints);
  assert.deepEqual([saved?.progress, [...saved!.tensors['weight']!.values]], [{ ...at(20), rollbacks: 1 }, [1]]);
});

test('keeps the failed run and all its log lines if killed before the save', async () => {
  const { folders, contents, first, logs } = await failedRun('killed-before');
  const read = () => Promise.reject(new Error('killed'));
  const killed = { ...contents, compiled: { ...contents.compiled, read } };
  await assert.rejects(rollBack(folders, killed, { rollbacks: 1, failure, first }), /killed/);
  const { progress } = (await loadLatest(folders.checkpoints))!;
  assert.deepEqual(progress, at(30));
  await truncateLogs(folders, progress); // as at the start of a session
  assert.deepEqual(logs(), [lines([10, 20, 30]), evaluations([10, 20, 30])]);
});

test('resumes the rolled-back run if killed right after the save', async () => {
  const { folders, contents, first, logs } = await failedRun('killed-after');
  const [ticks, measured] = logs();
  await rollBack(folders, contents, { rollbacks: 1, failure, first });
  writeFileSync(join(folders.results, 'losses.jsonl'), ticks!); // before the lines after the checkpoint are dropped
  appendFileSync(join(folders.results, 'losses.jsonl'), '{"step":20,"rollbacks":1,"lostAt":40}\n');
  writeFileSync(join(folders.results, 'metrics.jsonl'), measured!);
  await truncateLogs(folders, (await loadLatest(folders.checkpoints))!.progress);
  assert.deepEqual(logs(), rolledBack);
});
