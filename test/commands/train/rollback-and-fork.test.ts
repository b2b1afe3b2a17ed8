// Forks that roll back, and forks of runs that rolled back or of abandoned steps: origin, seeds, retries and logs.
import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { type TrainIo, type TrainOptions, train } from '../../../src/commands/train.ts';
import {
  bestCheckpoint,
  type LoadedCheckpoint,
  listCheckpoints,
  loadCheckpoint,
} from '../../../src/runs/checkpoint.ts';
import type { TrainingProgress } from '../../../src/training/loop.ts';
import { openRun } from '../../../src/training/start/open-run.ts';
import { temporaryFolder, tinyConfig, writeJsonFile, writePictures } from '../../helpers/temporary-run.ts';

const base = temporaryFolder();

/** Weights overflow at step 76 of 90 with any seed; ticks every 10 steps, checkpoints only every 30 steps. */
function overflowing(checkpointEvery = 30) {
  const content = tinyConfig();
  const learningRate = { from: 2e-2, to: 1e39, over: { steps: 75 }, shape: 'step' };
  Object.assign(content.generator, { optimizer: { learningRate } });
  Object.assign(content.training, { steps: 90, onCollapse: 'rollback', rollbackTries: 2 });
  Object.assign(content.outputs, {
    samplesEvery: { steps: 1000 },
    checkpointEvery: { steps: checkpointEvery },
    keepCheckpointsEvery: { steps: 12 },
    lossesEvery: { steps: 10 },
  });
  return content;
}

before(async () => {
  await writePictures(join(base, 'pictures'), 10);
});

let places = 0;

/** A new root with the pictures and both configs, or a copy of another root. */
function newPlace(from?: string) {
  const root = join(base, `place-${places++}`);
  cpSync(from ?? join(base, 'pictures'), from ? root : join(root, 'pictures'), { recursive: true });
  if (!from) {
    writeJsonFile(join(root, 'often.json'), overflowing());
    writeJsonFile(join(root, 'never.json'), overflowing(1000));
    writeJsonFile(join(root, 'tiny.json'), tinyConfig());
  }
  return {
    root,
    config: (name: string) => join(root, `${name}.json`),
    async train(options: Partial<TrainOptions>, stopAfter = Number.POSITIVE_INFINITY) {
      const events: Parameters<TrainIo['onEvent']>[0][] = [];
      let stepsDone = 0;
      const all: TrainOptions = { set: [], engine: 'wasm', root, fresh: false, ...options };
      const failure = await train(all, {
        onEvent: (event) => events.push(event),
        shouldStop: () => ++stepsDone >= stopAfter,
      }).then(
        () => undefined,
        (error: Error & { code: string }) => error,
      );
      const start = events.find((event) => event.type === 'run');
      if (start?.type !== 'run') throw failure;
      const checkpoints = join(root, 'checkpoints', start.hash);
      const latest = await loadCheckpoint(checkpoints, 'latest');
      return { hash: start.hash, start, failure, checkpoints, latest, lines: linesOf(root, start.hash) };
    },
  };
}

/** A run as a fork's origin names it. */
async function originIn(root: string, runHash: string) {
  return { runHash, identity: (await openRun(runHash, root)).identityHash };
}

/** All lines of losses.jsonl without timing fields. */
function linesOf(root: string, hash: string): Record<string, unknown>[] {
  const path = join(root, 'results', hash, 'losses.jsonl');
  const lines = existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
  return lines.map((line) => {
    const { seconds: _seconds, imagesPerSecond: _speed, ...rest } = JSON.parse(line);
    return rest;
  });
}

const positionOf = ({ state }: LoadedCheckpoint) => state['position'] as TrainingProgress;

/** The state that determines images and updates; a fork restarts the means of a tick. */
function learned({ tensors }: LoadedCheckpoint) {
  return Object.fromEntries(Object.entries(tensors).filter(([name]) => !name.startsWith('means/')));
}

const ways = (lines: readonly Record<string, unknown>[]) =>
  lines.map(({ step, rollbacks, lostAt }) => (rollbacks === undefined ? step : [step, rollbacks, lostAt]));

test('a fork that fails before its first healthy checkpoint rolls back to its start and keeps its identity', async () => {
  const place = newPlace();
  const source = await place.train({ config: place.config('tiny') });
  const fork = { fork: source.hash, config: place.config('never') };
  const whole = await place.train(fork);
  assert.equal(whole.failure?.code, 'diverged.gave-up');
  assert.deepEqual(ways(whole.lines), [[12, 1, 80], [12, 2, 80], 20, 30, 40, 50, 60, 70]);
  assert.equal(whole.latest.step, 12);
  assert.deepEqual(learned(whole.latest), learned(source.latest));
  const { images, rollbacks } = positionOf(whole.latest);
  assert.deepEqual([images, rollbacks], [positionOf(source.latest).images, 2]);
  const forkedFrom = { ...(await originIn(place.root, source.hash)), step: 12 };
  assert.deepEqual([whole.latest.state['forkedFrom'], whole.start.forkedFrom], [forkedFrom, forkedFrom]);
  assert.equal(await bestCheckpoint(whole.checkpoints), undefined, 'its start was never marked as best');

  // Stopped before, between and after both rollbacks, and resumed by its hash after its source was deleted.
  for (const stopAfter of [5, 60, 75, 130, 145]) {
    const other = newPlace();
    await other.train({ config: other.config('tiny') });
    const first = await other.train({ fork: source.hash, config: other.config('never') }, stopAfter);
    assert.deepEqual([first.hash, first.failure], [whole.hash, undefined]);
    rmSync(join(other.root, 'checkpoints', source.hash), { recursive: true });
    const rest = await other.train({ resume: whole.hash });
    assert.equal(rest.failure?.code, 'diverged.gave-up');
    assert.deepEqual(rest.lines, whole.lines, `stopped after ${stopAfter} steps`);
    assert.deepEqual((await loadCheckpoint(rest.checkpoints, 12)).tensors, whole.latest.tensors);
    assert.deepEqual(rest.latest.state['forkedFrom'], forkedFrom);
  }
});

test('a fork rolls back to its own healthy checkpoint once it has one, and removes its start', async () => {
  const place = newPlace();
  const source = await place.train({ config: place.config('tiny'), set: ['training.steps=10'] });
  const whole = await place.train({ fork: source.hash, config: place.config('often') });
  assert.equal(whole.failure?.code, 'diverged.gave-up');
  assert.deepEqual(ways(whole.lines), [20, 30, 40, 50, 60, [60, 1, 80], [60, 2, 80], 70]);
  assert.deepEqual([whole.latest.step, positionOf(whole.latest).rollbacks], [60, 2]);
  assert.ok(!(await listCheckpoints(whole.checkpoints)).includes(10));
});

test('a fork whose start was deleted reports that when it would roll back to it', async () => {
  const place = newPlace();
  const source = await place.train({ config: place.config('tiny') });
  const { hash, checkpoints } = await place.train({ fork: source.hash, config: place.config('never') }, 20);
  rmSync(join(checkpoints, '000012'), { recursive: true }); // as a version that did not keep it has left it
  const { failure } = await place.train({ resume: hash });
  assert.equal(failure?.code, 'checkpoint.missing');
});

/** A run that failed at step 80, rolled back to 60 and was stopped at 65. Step 72 of the abandoned attempt still exists. */
async function wentBack() {
  const place = newPlace();
  const options = { config: place.config('often') };
  const lost = await place.train(options, 72);
  const source = await place.train(options, 13);
  assert.deepEqual([source.latest.step, positionOf(source.latest).rollbacks], [65, 1]);
  const left = join(source.checkpoints, '000072');
  assert.ok(existsSync(left));
  return { place, options, lost, source, left };
}

test('a fork of a run that rolled back continues its new attempt, with all retries', async () => {
  const { place, options, source } = await wentBack();
  const set = ['name=fork'];
  const fork = await place.train({ fork: source.hash, set, config: place.config('never') }, 5);
  assert.deepEqual(fork.start.forkedFrom, { ...(await originIn(place.root, source.hash)), step: 65, rollbacks: 1 });
  assert.equal(positionOf(fork.latest).rollbacks, 0);
  const copy = newPlace(place.root);
  const straight = await copy.train({ ...options, config: copy.config('often') }, 5);
  assert.deepEqual([fork.latest.step, straight.latest.step], [70, 70]);
  assert.deepEqual(learned(fork.latest), learned(straight.latest));

  const rest = await place.train({ resume: fork.hash });
  assert.equal(rest.failure?.code, 'diverged.gave-up');
  assert.deepEqual(ways(rest.lines), [[65, 1, 80], [65, 2, 80], 70]);
  // Three attempts from step 65, with the seeds after one, two and three rollbacks. The source made only the first one.
  assert.notDeepEqual(rest.lines.at(-1)!['generatorLoss'], fork.lines.at(-1)!['generatorLoss']);
  const grandchild = await place.train({ fork: fork.hash, config: place.config('often'), set: ['training.steps=66'] });
  assert.deepEqual(grandchild.start.forkedFrom, { ...(await originIn(place.root, fork.hash)), step: 65, rollbacks: 3 });
});

test('a fork of a step abandoned by a rollback continues that attempt, and is a different run', async () => {
  const { place, options, source, left } = await wentBack();
  const fork = { fork: left, config: place.config('never') };
  const ofLost = await place.train(fork, 3);
  assert.deepEqual(ofLost.start.forkedFrom, { ...(await originIn(place.root, source.hash)), step: 72 });
  const straight = newPlace();
  const onLostWay = await straight.train({ config: straight.config('often') }, 75);
  assert.equal(onLostWay.hash, source.hash);
  assert.deepEqual([ofLost.latest.step, onLostWay.latest.step], [75, 75]);
  assert.deepEqual(learned(ofLost.latest), learned(onLostWay.latest));

  await place.train(options, 7); // the new attempt's step 72 replaces the abandoned one's
  assert.equal(positionOf(await loadCheckpoint(source.checkpoints, 72)).rollbacks, 1);
  const ofNew = await place.train(fork, 3);
  assert.notEqual(ofNew.hash, ofLost.hash);
  assert.deepEqual(ofNew.start.forkedFrom, { ...(await originIn(place.root, source.hash)), step: 72, rollbacks: 1 });
  assert.notDeepEqual(learned(ofNew.latest), learned(ofLost.latest));
  assert.equal(readdirSync(join(place.root, 'results')).length, 3);
});
