// A folder belongs to the run whose full identity it stores, not to any run with the same short name.
import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { identityHash } from '../../../src/config/identity/run-hash.ts';
import { resolveConfig } from '../../../src/config/load/load.ts';
import { saveCheckpoint } from '../../../src/runs/checkpoint.ts';
import { openGenerator } from '../../../src/sampling/open-generator.ts';
import { storedRuns } from '../../../src/training/start/stored-run.ts';
import { listAll, tinyConfig } from '../../helpers/temporary-run.ts';
import { newRun } from '../tiny-runs.ts';

/** Two seeds of the tiny config whose runs share a short name, found by a birthday search. */
function collidingSeeds(dataFingerprint: string): [first: number, second: number, name: string] {
  const config = resolveConfig(tinyConfig(), { source: 'test', name: 'tiny' });
  const seeds = new Map<string, number>();
  for (let seed = 0; seed < 200_000; seed++) {
    const name = identityHash({ ...config, seed, dataFingerprint }).slice(0, 7);
    const before = seeds.get(name);
    if (before !== undefined) return [before, seed, name];
    seeds.set(name, seed);
  }
  throw new Error('no two names of 200,000 are the same');
}

test('two runs with the same short name use separate folders, and each finds its own', async () => {
  const run = newRun();
  const { latest } = await run.train(['seed=0', 'training.steps=1']);
  const [one, two, name] = collidingSeeds(String(latest.state['dataFingerprint']));
  const first = await run.train([`seed=${one}`], { stopAfter: 3 });
  const written = readFileSync(join(first.results, 'config.json'), 'utf8');
  const second = await run.train([`seed=${two}`], { stopAfter: 2 });
  assert.equal(first.runHash, name);
  assert.match(second.runHash, new RegExp(`^${name}[0-9a-f]$`));
  assert.deepEqual([first.step, second.step], [3, 2]);
  assert.equal(readFileSync(join(first.results, 'config.json'), 'utf8'), written);

  const again = [await run.train([`seed=${one}`]), await run.train([`seed=${two}`])];
  assert.deepEqual(
    again.map(({ runHash, step }) => [runHash, step]),
    [
      [first.runHash, 12],
      [second.runHash, 12],
    ],
  );
  const alone = [await newRun().train([`seed=${one}`]), await newRun().train([`seed=${two}`])];
  for (const index of [0, 1]) assert.deepEqual(again[index]!.latest.tensors, alone[index]!.latest.tensors);

  for (const { runHash } of again) assert.equal((await openGenerator(runHash, { root: run.own })).runHash, runHash);
  await assert.rejects(openGenerator(name.slice(0, 6), { root: run.own }), (error: Error & { code: string }) => {
    assert.equal(error.code, 'checkpoint.ambiguous');
    assert.ok(error.message.includes(first.runHash) && error.message.includes(second.runHash), error.message);
    return true;
  });
  const resumed = await run.train([`seed=${two}`, 'training.steps=13'], { resume: second.runHash });
  assert.deepEqual([resumed.runHash, resumed.step], [second.runHash, 13]);
  const forks = [];
  for (const fork of [first.runHash, second.runHash])
    forks.push(await run.train(['training.steps=14', 'seed=7'], { fork, stopAfter: 1 }));
  assert.notEqual(forks[0]!.runHash, forks[1]!.runHash);

  // --fresh for one run leaves the other alone; after the first is deleted the second keeps its longer name.
  await run.train([`seed=${two}`], { fresh: true, stopAfter: 1 });
  assert.equal(readFileSync(join(first.results, 'config.json'), 'utf8').includes(`"seed": ${one},`), true);
  for (const folder of ['results', 'checkpoints']) rmSync(join(run.own, folder, name), { recursive: true });
  assert.equal((await run.train([`seed=${two}`])).runHash, second.runHash);
});

test('rejects checkpoints of another run in its folder, with the differences and advice', async () => {
  const run = newRun();
  const first = await run.train([], { stopAfter: 2 });
  const second = await run.train(['seed=2'], { stopAfter: 3 });
  rmSync(first.checkpoints, { recursive: true });
  cpSync(second.checkpoints, first.checkpoints, { recursive: true });
  const written = readFileSync(join(first.results, 'config.json'), 'utf8');
  const refusals: [set: string[], options: { resume?: string }, message: RegExp][] = [
    [[], {}, /seed: it was 2, and is 1 now.*--fresh/s],
    [[], { resume: first.runHash }, /seed: it was 2, and is 1 now.*--fork/s],
    [['seed=2'], { resume: first.runHash }, /config\.json.*seed: it was 1, and is 2 now/s],
  ];
  for (const [set, options, message] of refusals)
    await assert.rejects(run.train(set, options), { code: 'usage.another-run', message });
  assert.equal(readFileSync(join(first.results, 'config.json'), 'utf8'), written);
  const fresh = await run.train([], { fresh: true, stopAfter: 1 });
  assert.deepEqual([fresh.runHash, fresh.step], [first.runHash, 1]);
  assert.deepEqual(
    (await storedRuns(run.own, first.runHash)).map(({ identity }) => identity.seed),
    [1, 1],
  );
});

test('does not continue checkpoints with an unknown config; --fresh sets them aside', async () => {
  const run = newRun();
  const { checkpoints, latest } = await run.train([], { stopAfter: 2 });
  const { tensors, state } = latest;
  const config = { ...(state['config'] as object), fromTheFuture: true };
  await saveCheckpoint(checkpoints, { step: 3, tensors, state: { ...state, config } });
  await assert.rejects(run.train(), { code: 'config.invalid', message: /000003.*fromTheFuture/s });
  assert.equal((await run.train([], { fresh: true, stopAfter: 1 })).step, 1);
});

test('a run named by an earlier version resumes under that name, by the same command and by --resume', async () => {
  const run = newRun();
  const whole = await newRun().train();
  const first = await run.train([], { stopAfter: 4 });
  for (const folder of ['results', 'checkpoints'])
    renameSync(join(run.own, folder, first.runHash), join(run.own, folder, 'abcdef0'));
  const resumed = await run.train(['training.steps=8'], { resume: 'abcdef0' });
  assert.deepEqual([resumed.runHash, resumed.step], ['abcdef0', 8]);
  const rest = await run.train();
  assert.deepEqual([rest.runHash, rest.step], ['abcdef0', 12]);
  const start = rest.events.find((event) => event.type === 'run');
  assert.ok(start?.type === 'run' && start.newName === first.runHash && start.resumedAt === 8);
  assert.deepEqual(rest.latest.tensors, whole.latest.tensors);
  assert.deepEqual(readdirSync(join(run.own, 'results')), ['abcdef0']);
});

test('a run without checkpoints keeps its name by its config.json', async () => {
  const run = newRun();
  const { latest } = await run.train(['seed=0', 'training.steps=1']);
  const [one, two, name] = collidingSeeds(String(latest.state['dataFingerprint']));
  const first = await run.train([`seed=${one}`], { stopAfter: 1 });
  rmSync(first.checkpoints, { recursive: true });
  const second = await run.train([`seed=${two}`], { stopAfter: 1 });
  assert.equal(second.runHash.length, name.length + 1);
  assert.equal((await run.train([`seed=${one}`], { stopAfter: 1 })).runHash, name);
});

test('a run that fails to start leaves nothing behind', async () => {
  const run = newRun();
  const first = await run.train();
  const before = listAll(run.own);
  const latent = 'generator.latent.size=5';
  await assert.rejects(run.train([latent, 'training.steps=20'], { fork: first.runHash }), {
    code: 'checkpoint.mismatch',
  });
  await assert.rejects(run.train(['training.steps=3', 'seed=9'], { fork: first.runHash }), {
    code: 'usage.nothing-to-train',
  });
  const every = '{ every: { steps: 1 }, names: [fid], features: missing.onnx }';
  await assert.rejects(run.train([`metrics=${every}`, 'seed=9']));
  assert.deepEqual(listAll(run.own), before);
});

test('a length already reached trains nothing, and the advised flag trains further', async () => {
  const run = newRun();
  const first = await run.train();
  const before = listAll(run.own);
  const shorter = await run.train(['training.steps=5']);
  assert.deepEqual([shorter.step, shorter.totalSteps, shorter.interrupted], [12, 5, false]);
  assert.ok(!shorter.events.some(({ type }) => type === 'run' || type === 'start'));
  assert.deepEqual(listAll(run.own), before);
  const epochs = /^--epochs (\d+)$/.exec(shorter.longer!)?.[1];
  const longer = await run.train(['training.steps=5', `training.epochs=${epochs}`], { stopAfter: 1 });
  assert.deepEqual([longer.runHash, longer.step], [first.runHash, 13]);
});

test('--fresh sets aside the earlier run, keeping only the last one with a checkpoint', async () => {
  const run = newRun();
  const first = await run.train([], { stopAfter: 5 });
  const fresh = await run.train([], { fresh: true, stopAfter: 1 });
  const start = fresh.events.find((event) => event.type === 'run');
  assert.ok(start?.type === 'run' && start.replaced?.length === 2);
  const aside = join(run.own, 'checkpoints', `.replaced-${first.runHash}`);
  assert.deepEqual(readdirSync(aside).sort(), ['000004', '000005', 'latest']);
  await assert.rejects(openGenerator('zzz', { root: run.own }), (error: Error) => !error.message.includes('.replaced'));

  rmSync(fresh.checkpoints, { recursive: true }); // killed before its first checkpoint
  await run.train([], { fresh: true, stopAfter: 2 });
  assert.ok(existsSync(join(aside, '000005')), 'a run without checkpoints replaces no earlier one');
  await run.train([], { fresh: true, stopAfter: 3 });
  assert.deepEqual(readdirSync(aside).includes('000002'), true);
  assert.equal(readdirSync(join(run.own, 'checkpoints')).length, 2);

  for (const folder of ['results', 'checkpoints']) {
    rmSync(join(run.own, folder, first.runHash), { recursive: true });
    renameSync(join(run.own, folder, `.replaced-${first.runHash}`), join(run.own, folder, first.runHash));
  }
  const back = await run.train();
  assert.deepEqual(back.latest.tensors, (await newRun().train()).latest.tensors);
});
