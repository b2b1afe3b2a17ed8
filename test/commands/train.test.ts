import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import sharp from 'sharp';
import { type TrainIo, type TrainOptions, train } from '../../src/commands/train.ts';
import { loadCheckpoint, saveCheckpoint } from '../../src/outputs/checkpoint.ts';
import { listAll, temporaryFolder, tinyConfig, writeJsonFile, writePictures } from '../helpers/temporary-run.ts';

const root = temporaryFolder();
before(async () => {
  await writePictures(join(root, 'pictures'), 10);
});

let runs = 0;

/** A root of its own with the tiny config and the pictures of this file; training there is with the wasm engine. */
function newRun(change: (content: ReturnType<typeof tinyConfig>) => void = () => {}) {
  const own = join(root, String(runs++));
  cpSync(join(root, 'pictures'), join(own, 'pictures'), { recursive: true });
  const content = tinyConfig();
  change(content);
  const config = writeJsonFile(join(own, 'tiny.json'), content);
  type Event = Parameters<TrainIo['onEvent']>[0];
  return {
    own,
    async train(
      set: string[] = [],
      { stopAfter = Number.POSITIVE_INFINITY, ...more }: Partial<TrainOptions> & { stopAfter?: number } = {},
    ) {
      const events: Event[] = [];
      let stepsDone = 0;
      const options: TrainOptions = { config, set, engine: 'wasm', root: own, fresh: false, ...more };
      const result = await train(options, {
        onEvent: (event) => events.push(event),
        shouldStop: () => ++stepsDone >= stopAfter,
      });
      const checkpoints = join(own, result.checkpoints);
      const results = join(own, result.results);
      return { ...result, events, checkpoints, results, latest: await loadCheckpoint(checkpoints, 'latest') };
    },
  };
}

/** metrics.jsonl without what depends on the clock. */
function metricsOf(results: string): string[] {
  const lines = readFileSync(join(results, 'metrics.jsonl'), 'utf8').trim().split('\n');
  return lines.map((line) => {
    const { seconds, imagesPerSecond, ...rest } = JSON.parse(line);
    assert.ok(seconds > 0 && imagesPerSecond >= 0);
    return JSON.stringify(rest);
  });
}

test('a run leaves what it says: pictures of the right size, logs, checkpoints, and names only files that are there', async () => {
  const run = newRun();
  const result = await run.train();
  assert.match(result.runHash, /^[0-9a-f]{7}$/);
  assert.deepEqual([result.step, result.interrupted], [12, false]);
  assert.deepEqual(listAll(result.results), [
    'config.json',
    'environment.json',
    'evolution.png',
    'loss.png',
    'metrics.jsonl',
    'reals.png',
    'samples/',
    'samples/000000.png',
    'samples/000006.png',
    'samples/000012.png',
  ]);
  assert.deepEqual(listAll(result.checkpoints), [
    '000008/',
    '000008/state.json',
    '000008/weights.safetensors',
    '000012/',
    '000012/state.json',
    '000012/weights.safetensors',
    'latest',
  ]);
  assert.equal(result.files.length, 7);
  for (const file of result.files) assert.ok(existsSync(join(run.own, file)), file);
  // 2 rows of 3 images, 8 pixels enlarged to 64, 2 between and around
  for (const picture of ['reals.png', 'samples/000000.png', 'samples/000012.png']) {
    const { format, width, height } = await sharp(join(result.results, picture)).metadata();
    assert.deepEqual([format, width, height], ['png', 3 * 66 + 2, 2 * 66 + 2], picture);
  }
  const [untrained, trained] = ['000000', '000012'].map((name) =>
    readFileSync(join(result.results, 'samples', `${name}.png`)),
  );
  assert.notDeepEqual(untrained, trained);
  const config = JSON.parse(readFileSync(join(result.results, 'config.json'), 'utf8'));
  assert.deepEqual([config.runHash, config.name, config.training.length], [result.runHash, 'tiny', { steps: 12 }]);
  const environment = JSON.parse(readFileSync(join(result.results, 'environment.json'), 'utf8'));
  assert.equal(environment.engine.name, 'wasm');
  assert.equal(metricsOf(result.results).length, 4);
});

test('j steps, a stop, and the rest are k steps in one go: weights, moments and metrics, bit for bit', async () => {
  const whole = await newRun().train();
  for (const stopAfter of [1, 5, 8]) {
    const run = newRun();
    const first = await run.train([], { stopAfter });
    assert.deepEqual([first.step, first.interrupted], [stopAfter, true]);
    const rest = await run.train();
    assert.deepEqual([rest.step, rest.interrupted, rest.runHash], [12, false, whole.runHash]);
    const start = rest.events.find((event) => event.type === 'run');
    assert.ok(start?.type === 'run' && start.resumedAt === stopAfter);
    assert.deepEqual(rest.latest.tensors, whole.latest.tensors);
    assert.deepEqual(metricsOf(rest.results), metricsOf(whole.results));
    const pictures = (results: string) => readFileSync(join(results, 'samples', '000012.png'));
    assert.deepEqual(pictures(rest.results), pictures(whole.results));
  }
});

test('a longer length goes on with the same run', async () => {
  const run = newRun();
  const short = await run.train(['training.steps=8']);
  const long = await run.train(['training.epochs=4']); // 3 batches an epoch
  assert.equal(long.runHash, short.runHash);
  assert.deepEqual([short.step, long.step], [8, 12]);
  const whole = await newRun().train();
  assert.deepEqual(long.latest.tensors, whole.latest.tensors);
});

test('a run that is done is left as it is', async () => {
  const run = newRun();
  const first = await run.train();
  const before = listAll(run.own);
  const again = await run.train();
  assert.deepEqual([again.step, again.interrupted], [12, false]);
  assert.ok(!again.events.some((event) => ['tick', 'samples', 'checkpoint'].includes(event.type)));
  assert.deepEqual(listAll(run.own), before);
  assert.deepEqual(again.latest.tensors, first.latest.tensors);
});

test('a run killed before its first checkpoint starts again without leaving lines behind', async () => {
  const run = newRun();
  const first = await run.train();
  rmSync(first.checkpoints, { recursive: true });
  const second = await run.train();
  assert.equal(metricsOf(second.results).length, 4);
  assert.deepEqual(second.latest.tensors, first.latest.tensors);
});

test('a run killed after its checkpoint loses the lines and steps since, and makes them again', async () => {
  const run = newRun();
  const first = await run.train();
  rmSync(join(first.checkpoints, '000012'), { recursive: true });
  const second = await run.train();
  const start = second.events.find((event) => event.type === 'run');
  assert.ok(start?.type === 'run');
  assert.equal(start.resumedAt, 8);
  assert.match(start.refused[0]!.path, /000012$/);
  assert.equal(metricsOf(second.results).length, 4);
  assert.deepEqual(second.latest.tensors, first.latest.tensors);
});

test('--fresh starts over: what the run had written is gone, and it becomes the same again', async () => {
  const run = newRun();
  const first = await run.train([], { stopAfter: 5 });
  writeFileSync(join(first.results, 'left-over.txt'), '');
  const second = await run.train([], { fresh: true });
  const start = second.events.find((event) => event.type === 'run');
  assert.ok(start?.type === 'run' && start.resumedAt === 0);
  assert.ok(!existsSync(join(first.results, 'left-over.txt')));
  assert.deepEqual(second.latest.tensors, (await newRun().train()).latest.tensors);
});

test('every order, several updates, label noise and a dropped last batch train and resume', async () => {
  for (const order of ['discriminator-first', 'generator-first', 'simultaneous']) {
    const settings = (content: ReturnType<typeof tinyConfig>) => {
      Object.assign(content.training, { order, discriminatorSteps: 2, generatorSteps: 2, steps: 4 });
      Object.assign(content.training, { labels: { real: [0.8, 1], flip: 0.1 } });
      Object.assign(content.data, { lastBatch: 'drop', range: [0, 1] });
    };
    const whole = await newRun(settings).train();
    const run = newRun(settings);
    await run.train([], { stopAfter: 3 });
    const resumed = await run.train();
    assert.deepEqual(resumed.latest.tensors, whole.latest.tensors, order);
    assert.equal(whole.step, 4);
  }
});

test('weights that overflow are never saved: exit 6, and the last checkpoint is sound', async () => {
  const run = newRun((content) => Object.assign(content.outputs, { checkpointEvery: { steps: 1 } }));
  const good = await run.train([], { stopAfter: 2 });
  const endless = ['generator.optimizer.learningRate=1e39'];
  await assert.rejects(run.train(endless), {
    code: 'diverged.not-finite',
    exitCode: 6,
    message: /generator\/\S+ holds values at step 1 that are no numbers/,
  });
  const [broken] = readdirSync(join(run.own, 'checkpoints')).filter((hash) => hash !== good.runHash);
  assert.deepEqual(listAll(join(run.own, 'checkpoints', broken!)), []);
  assert.equal((await loadCheckpoint(good.checkpoints, 'latest')).step, 2);
});

test('a checkpoint of other shapes under the same hash is refused with both shapes', async () => {
  const run = newRun();
  const first = await run.train([], { stopAfter: 2 });
  const wider = newRun((content) => Object.assign(content.discriminator.layers[0]!, { filters: [5] }));
  const other = await wider.train([], { stopAfter: 2 });
  rmSync(first.checkpoints, { recursive: true });
  cpSync(other.checkpoints, first.checkpoints, { recursive: true });
  await assert.rejects(run.train(), {
    code: 'checkpoint.mismatch',
    exitCode: 4,
    message: /has \[3, 3, 1, 5\] for discriminator\/0\/kernel\.\nThis config needs \[3, 3, 1, 3\]\./,
  });
});

test('with every option on, j steps, a stop, and the rest are k steps in one go, bit for bit', async () => {
  const over = { steps: 9 };
  const everything = (content: ReturnType<typeof tinyConfig>) => {
    Object.assign(content.data, { flip: 0.5, lastBatch: 'full-noise' });
    const limits = { clipNorm: 1, clipValue: 0.5 };
    Object.assign(content.generator, {
      optimizer: { ...limits, learningRate: { from: 2e-3, to: 1e-4, over, shape: 'cosine' }, form: 'tensorflow' },
    });
    Object.assign(content.discriminator, { optimizer: { ...limits, learningRate: { from: 1e-3, to: 1e-4, over } } });
    Object.assign(content.training, {
      loss: { type: 'bce', generator: 'minimax', discriminatorScale: 0.5 },
      order: 'generator-first',
      discriminatorSteps: 2,
      generatorSteps: 2,
      freshLatents: true,
      labels: {
        inverted: true,
        real: { from: [0, 0.3], to: 0, over },
        fake: [0.7, 1.2],
        flip: { from: 0.2, to: 0.01, over, shape: 'step' },
      },
      instanceNoise: { deviation: { from: 0.2, to: 0, over } },
      diffAugment: ['color', 'translation', 'cutout'],
      clipWeights: 0.5,
      ema: { decay: 0.9 },
    });
    Object.assign(content.outputs.grid, { batchNorm: 'batch' });
  };
  const whole = await newRun(everything).train();
  const run = newRun(everything);
  for (const stopAfter of [5, 2]) assert.equal((await run.train([], { stopAfter })).interrupted, true);
  const resumed = await run.train();
  assert.deepEqual([whole.step, resumed.step], [12, 12]);
  assert.deepEqual(resumed.latest.tensors, whole.latest.tensors);
  assert.deepEqual(metricsOf(resumed.results), metricsOf(whole.results));
  const samples = (results: string) => readFileSync(join(results, 'samples', '000012.png'));
  assert.deepEqual(samples(resumed.results), samples(whole.results));
  const averages = Object.keys(whole.latest.tensors).filter((name) => name.startsWith('average/'));
  assert.equal(averages.length, 5);
});

test('a second process on the same run is refused, also with --fresh, and the first one goes on; another run is free', async () => {
  const run = newRun();
  const others: Promise<unknown>[] = [];
  const options: TrainOptions = {
    config: join(run.own, 'tiny.json'),
    set: [],
    engine: 'wasm',
    root: run.own,
    fresh: false,
  };
  const quiet = { onEvent: () => {}, shouldStop: () => false };
  await train(options, {
    ...quiet,
    onEvent: ({ type }) => {
      if (type !== 'start' || others.length > 0) return;
      others.push(
        assert.rejects(train(options, quiet), { code: 'usage.run-in-use', exitCode: 2 }),
        assert.rejects(train({ ...options, fresh: true }, quiet), { code: 'usage.run-in-use' }),
        train({ ...options, set: ['seed=2', 'training.steps=1'] }, quiet),
      );
    },
  });
  await Promise.all(others);
  assert.equal(others.length, 3);
  assert.deepEqual(
    readdirSync(join(run.own, 'checkpoints')).filter((name) => name.endsWith('.lock')),
    [],
  );
});

/** Weights overflow at step 76 of 90, however the run goes; ticks every 10 steps, checkpoints every 30. */
const overflowing = (content: ReturnType<typeof tinyConfig>) => {
  const learningRate = { from: 2e-2, to: 1e39, over: { steps: 75 }, shape: 'step' };
  Object.assign(content.generator, { optimizer: { learningRate } });
  Object.assign(content.training, { steps: 90, onCollapse: 'rollback', rollbackTries: 2 });
  Object.assign(content.outputs, {
    samplesEvery: { steps: 1000 },
    checkpointEvery: { steps: 30 },
    metricsEvery: { steps: 10 },
  });
};

/** All lines of metrics.jsonl of a root's only run, without what depends on the clock. */
function linesOf(own: string): Record<string, unknown>[] {
  const [hash] = readdirSync(join(own, 'results'));
  const lines = readFileSync(join(own, 'results', hash!, 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => {
    const { seconds: _seconds, imagesPerSecond: _speed, ...rest } = JSON.parse(line);
    return rest;
  });
}

test('a run that diverges goes back to its best checkpoint, takes another way, and gives up after its tries', async () => {
  const run = newRun(overflowing);
  await assert.rejects(run.train(), {
    code: 'diverged.gave-up',
    exitCode: 6,
    message:
      /^After going back 2 times .* between steps 70 and 80; generator\/0\/kernel, .* no numbers\.\nThe last .* well is \S+000060\.\n/,
  });
  const lines = linesOf(run.own);
  assert.deepEqual(
    lines.map(({ step, rollbacks, lostAt }) => [step, rollbacks, lostAt]),
    [
      ...[10, 20, 30, 40, 50, 60].map((step) => [step, undefined, undefined]),
      [60, 1, 80],
      [60, 2, 80],
      [70, undefined, undefined],
    ],
  );
  const [hash] = readdirSync(join(run.own, 'checkpoints'));
  const checkpoints = join(run.own, 'checkpoints', hash!);
  const latest = await loadCheckpoint(checkpoints, 'latest');
  assert.deepEqual([latest.step, (latest.state['position'] as { rollbacks: number }).rollbacks], [60, 2]);
  assert.deepEqual(await loadCheckpoint(checkpoints, 'best'), latest);

  const straight = newRun((content) => {
    overflowing(content);
    Object.assign(content.training, { onCollapse: 'stop' });
  });
  await assert.rejects(straight.train(), { code: 'diverged.not-finite', message: /well is \S+000060\.$/m });
  const first = linesOf(straight.own);
  assert.deepEqual(first.slice(0, 6), lines.slice(0, 6));
  assert.equal(first.at(-1)!['step'], 70);
  assert.notDeepEqual(first.at(-1), lines.at(-1));
});

test('a run that went back and was stopped goes on the same new way', async () => {
  const whole = newRun(overflowing);
  await assert.rejects(whole.train(), { code: 'diverged.gave-up' });
  for (const stopAfter of [72, 85, 105]) {
    const run = newRun(overflowing);
    assert.equal((await run.train([], { stopAfter })).interrupted, true);
    await assert.rejects(run.train(), { code: 'diverged.gave-up' });
    assert.deepEqual(linesOf(run.own), linesOf(whole.own), `stopped after ${stopAfter} steps`);
  }
});

test('without any healthy checkpoint a run goes back to its start', async () => {
  const run = newRun((content) => {
    overflowing(content);
    Object.assign(content.outputs, { checkpointEvery: { steps: 1000 } });
  });
  await assert.rejects(run.train(), { code: 'diverged.gave-up', message: /The last checkpoint is from before that/ });
  assert.deepEqual(
    linesOf(run.own).map(({ step, rollbacks }) => [step, rollbacks]),
    [[0, 1], [0, 2], ...[10, 20, 30, 40, 50, 60, 70].map((step) => [step, undefined])],
  );
});

test('a checkpoint from before there was health goes on as before', async () => {
  const whole = await newRun().train();
  const run = newRun();
  const { checkpoints, latest } = await run.train([], { stopAfter: 5 });
  const { step, images, seconds } = latest.state['position'] as Record<string, number>;
  await saveCheckpoint(checkpoints, { ...latest, state: { ...latest.state, position: { step, images, seconds } } });
  const rest = await run.train();
  assert.deepEqual(rest.latest.tensors, whole.latest.tensors);
  assert.deepEqual(rest.latest.state['position'], {
    ...(whole.latest.state['position'] as object),
    seconds: (rest.latest.state['position'] as { seconds: number }).seconds,
  });
});
