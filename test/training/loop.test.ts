import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { CompiledProgram, HostValues } from '../../src/engines/engine.ts';
import type { TrainingEvent } from '../../src/training/events.ts';
import { type LoopParts, type Position, startingPosition, trainLoop } from '../../src/training/loop.ts';
import type { Schedule } from '../../src/training/schedule.ts';
import { minimalConfig } from '../helpers/minimal-config.ts';
import { temporaryFolder } from '../helpers/temporary-run.ts';
import { configOf } from '../helpers/tiny-network.ts';

const root = temporaryFolder();
const start = startingPosition;
let folders = 0;

/** A program that computes nothing and counts its steps: the losses it reports are the numbers of steps since the last read. */
function countingProgram(lossAfter: (steps: number) => number = () => 0.5): CompiledProgram & { steps: () => number } {
  let steps = 0;
  let sinceDrain = 0;
  const sums = (): HostValues => ({
    'means/discriminator': Float32Array.of(
      sinceDrain,
      sinceDrain * lossAfter(steps),
      sinceDrain * 0.75,
      sinceDrain * 0.25,
      sinceDrain * 0.875,
      sinceDrain * 0.625,
    ),
    'means/generator': Float32Array.of(sinceDrain, sinceDrain * 2),
  });
  return {
    steps: () => steps,
    async run(name) {
      if (name === 'sample') return { images: new Float32Array(4 * 64) };
      if (name === 'drain-means') {
        const values = sums();
        sinceDrain = 0;
        return values;
      }
      steps++;
      sinceDrain++;
      return {};
    },
    read: async () => sums(),
    write: async () => {},
    dispose() {},
  };
}

interface Setup {
  schedule?: Partial<Schedule>;
  position?: Position;
  stopAfter?: number;
  lossAfter?: (steps: number) => number;
  onCollapse?: 'warn' | 'stop' | 'rollback';
  diversityAt?: (step: number) => number;
}

async function runLoop({
  schedule = {},
  position = start,
  stopAfter = Number.POSITIVE_INFINITY,
  lossAfter,
  onCollapse = 'warn',
  diversityAt = () => 1,
}: Setup) {
  const folder = join(root, String(folders++));
  await mkdir(join(folder, 'samples'), { recursive: true });
  const content = { ...minimalConfig(), outputs: { grid: { rows: 2, columns: 2 } } };
  Object.assign(content.training, { onCollapse });
  const program = countingProgram(lossAfter);
  const events: TrainingEvent[] = [];
  const saved: Position[] = [];
  const best: number[] = [];
  const fed: number[] = [];
  const parts: LoopParts = {
    config: configOf(content),
    program,
    feedStep: (step) => {
      fed.push(step);
      return [{ name: 'step', feeds: {}, images: 4 }];
    },
    schedule: {
      totalSteps: 10,
      stepsPerEpoch: 4,
      batchesPerEpoch: 4,
      samplesEverySteps: 4,
      checkpointEverySteps: 5,
      tickEverySteps: 3,
      keepCheckpointsEverySteps: undefined,
      evaluateEverySteps: undefined,
      toSteps: ({ steps }) => steps!,
      ...schedule,
    },
    folder,
    look: async (step) => ({ diversity: diversityAt(step), generatorGradient: 1, discriminatorGradient: 1 }),
    saveCheckpoint: async (at, isBest) => {
      saved.push({ ...at });
      if (isBest) best.push(at.step);
      return `checkpoint ${at.step}`;
    },
    bestCheckpoint: async () => (best.length > 0 ? `checkpoints/${best.at(-1)}` : undefined),
    onEvent: (event) => events.push(structuredClone(event)),
    shouldStop: () => program.steps() >= stopAfter,
  };
  const result = trainLoop(parts, position);
  const outcome = await result.catch((error: unknown) => error);
  const stepsOf = (type: TrainingEvent['type']) =>
    events.flatMap((event) => (event.type === type ? [event.type === 'tick' ? event.tick.step : event.step] : []));
  return { outcome, result, events, saved, best, fed, folder, stepsOf };
}

const metricsOf = (folder: string): Record<string, number | undefined>[] =>
  readFileSync(join(folder, 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

test('ticks, samples and checkpoints come in their cadence and at the end', async () => {
  const { outcome, stepsOf, saved, fed, folder } = await runLoop({});
  assert.deepEqual(fed, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.deepEqual(stepsOf('start'), [0]);
  assert.deepEqual(stepsOf('tick'), [3, 6, 9, 10]);
  assert.deepEqual(stepsOf('samples'), [0, 4, 8, 10]);
  assert.deepEqual(stepsOf('checkpoint'), [5, 10]);
  assert.deepEqual(
    saved.map(({ step, images }) => [step, images]),
    [
      [5, 20],
      [10, 40],
    ],
  );
  assert.deepEqual(readdirSync(join(folder, 'samples')).sort(), [
    '000000.png',
    '000004.png',
    '000008.png',
    '000010.png',
  ]);
  assert.ok(existsSync(join(folder, 'loss.png')));
  const { position, interrupted } = outcome as Awaited<ReturnType<typeof trainLoop>>;
  assert.deepEqual([position.step, position.images, interrupted], [10, 40, false]);
  assert.ok(position.seconds > 0);
});

test('a line of metrics says where the run stands and the means since the last one', async () => {
  const { folder, events } = await runLoop({});
  const lines = metricsOf(folder);
  assert.deepEqual(Object.keys(lines[0]!), [
    'step',
    'epoch',
    'images',
    'discriminatorLoss',
    'realScore',
    'fakeScore',
    'realAccuracy',
    'fakeAccuracy',
    'generatorLoss',
    'lossRatio',
    'health',
    'imagesPerSecond',
    'seconds',
  ]);
  assert.deepEqual(
    lines.map(
      ({ step, epoch, images, discriminatorLoss, realScore, fakeScore, realAccuracy, fakeAccuracy, generatorLoss }) => [
        step,
        epoch,
        images,
        discriminatorLoss,
        realScore,
        fakeScore,
        realAccuracy,
        fakeAccuracy,
        generatorLoss,
      ],
    ),
    [3, 6, 9, 10].map((step) => [step, step / 4, 4 * step, 0.5, 0.75, 0.25, 0.875, 0.625, 2]),
  );
  const last = events.findLast((event) => event.type === 'tick');
  assert.ok(last?.type === 'tick' && last.totalSteps === 10 && last.totalEpochs === 2.5 && last.secondsLeft === 0);
});

test('counts stay whole numbers however long a run is', async () => {
  const position = { ...start, step: 12_345_678, images: 3_160_493_568, seconds: 1e6 };
  const { folder } = await runLoop({ position, schedule: { totalSteps: 12_345_679, stepsPerEpoch: 1000 } });
  const [line] = metricsOf(folder);
  assert.equal(line!['step'], 12_345_679);
  assert.equal(line!['images'], 3_160_493_572);
  assert.equal(line!['epoch'], 12_345.7);
});

test('a resumed run writes no first samples and keeps the cadence of the unbroken one', async () => {
  const { stepsOf, fed } = await runLoop({ position: { ...start, step: 5, images: 20, seconds: 1 } });
  assert.deepEqual(fed, [5, 6, 7, 8, 9]);
  assert.deepEqual(stepsOf('start'), [5]);
  assert.deepEqual(stepsOf('samples'), [8, 10]);
  assert.deepEqual(stepsOf('tick'), [6, 9, 10]);
});

test('a run that is done already does nothing', async () => {
  const { outcome, fed, stepsOf } = await runLoop({ position: { ...start, step: 10, images: 40, seconds: 1 } });
  assert.deepEqual([fed, stepsOf('tick'), stepsOf('samples'), stepsOf('checkpoint')], [[], [], [], []]);
  assert.equal((outcome as { interrupted: boolean }).interrupted, false);
});

test('a stop is heard after the step: it is saved and reported as interrupted', async () => {
  const { outcome, saved, fed } = await runLoop({ stopAfter: 7 });
  assert.deepEqual(fed, [0, 1, 2, 3, 4, 5, 6]);
  assert.deepEqual(
    saved.map(({ step }) => step),
    [5, 7],
  );
  assert.equal((outcome as { interrupted: boolean }).interrupted, true);
  assert.equal((outcome as { position: Position }).position.step, 7);
});

test('a stop in the last step is the end of the run, not an interruption', async () => {
  const { outcome, saved } = await runLoop({ stopAfter: 10 });
  assert.deepEqual(
    saved.map(({ step }) => step),
    [5, 10],
  );
  assert.equal((outcome as { interrupted: boolean }).interrupted, false);
});

test('a loss that is no number ends the run: exit 6, nothing logged, nothing saved after it', async () => {
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const { result, saved, folder, stepsOf } = await runLoop({ lossAfter: (steps) => (steps >= 8 ? bad : 0.5) });
    await assert.rejects(result, {
      code: 'diverged.not-finite',
      exitCode: 6,
      data: { step: 9, tensors: [] },
      message: new RegExp(
        `discriminator's loss became ${bad} between steps 6 and 9\\.\\n.*checkpoint.*\\n.*learning rate`,
      ),
    });
    assert.deepEqual(
      saved.map(({ step }) => step),
      [5],
    );
    assert.deepEqual(stepsOf('tick'), [3, 6]);
    assert.deepEqual(
      metricsOf(folder).map(({ step }) => step),
      [3, 6],
    );
  }
});

test('a checkpoint between two ticks is not saved either once the loss is no number', async () => {
  const { result, saved } = await runLoop({
    schedule: { tickEverySteps: 100, checkpointEverySteps: 2 },
    lossAfter: (steps) => (steps >= 5 ? Number.NaN : 0.5),
  });
  await assert.rejects(result, { code: 'diverged.not-finite', data: { step: 6, tensors: [] } });
  assert.deepEqual(
    saved.map(({ step }) => step),
    [2, 4],
  );
});

/** Ticks every 50 steps, checkpoints every 100; images have collapsed at the looks from step 150 to 550. */
const collapsing: Setup = {
  schedule: { totalSteps: 700, tickEverySteps: 50, checkpointEverySteps: 100, samplesEverySteps: 1000 },
  diversityAt: (step) => (step >= 150 && step <= 550 ? 0.1 : 0.9),
};

test('a collapse is said once, and so is its end; every line of metrics has the state, and what was measured', async () => {
  const { events, folder, outcome } = await runLoop(collapsing);
  assert.deepEqual(
    events.filter(({ type }) => type === 'health'),
    [
      { type: 'health', step: 400, state: 'collapsed', since: 150 }, // 250 steps of patience
      { type: 'health', step: 600, state: 'healthy', since: 600 },
    ],
  );
  const lines = metricsOf(folder);
  assert.deepEqual(
    lines.map(({ step, health, diversity }) => [step, health, diversity]),
    lines.map(({ step }) => [
      step,
      step! >= 400 && step! <= 550 ? 'collapsed' : 'healthy',
      collapsing.diversityAt!(step!),
    ]),
  );
  assert.deepEqual([lines[0]!['generatorGradient'], lines[0]!['discriminatorGradient']], [1, 1]);
  assert.equal((outcome as { position: Position }).position.step, 700);
});

test('between looks a tick carries the last state and no measurements', async () => {
  const { folder } = await runLoop({ schedule: { totalSteps: 60, tickEverySteps: 10, samplesEverySteps: 100 } });
  assert.deepEqual(
    metricsOf(folder).map(({ step, health, diversity }) => [step, health, diversity]),
    [10, 20, 30, 40, 50, 60].map((step) => [step, 'healthy', step % 30 === 0 ? 1 : undefined]),
  );
});

test('a checkpoint is the best where the last look found nothing; not one that a stop has made', async () => {
  const { saved, best } = await runLoop(collapsing);
  assert.deepEqual(
    saved.map(({ step }) => step),
    [100, 200, 300, 400, 500, 600, 700],
  );
  assert.deepEqual(best, [100, 600, 700]);
  const stopped = await runLoop({ ...collapsing, stopAfter: 60 });
  assert.deepEqual([stopped.saved.map(({ step }) => step), stopped.best], [[60], []]);
});

test('with stop a collapse is saved and ends the run: exit 6, and the message names the last healthy checkpoint', async () => {
  const { result, saved, fed } = await runLoop({ ...collapsing, onCollapse: 'stop' });
  await assert.rejects(result, {
    code: 'diverged.collapsed',
    exitCode: 6,
    data: { step: 400, since: 150, best: 'checkpoints/100' },
    message: /collapsed.*from step 150 to 400\.\n.* checkpoints\/100\.\n.*training\.onCollapse=warn/,
  });
  assert.equal(saved.at(-1)!.step, 400);
  assert.equal(fed.length, 400);
  const again = await runLoop({ ...collapsing, onCollapse: 'stop', position: saved.at(-1)! });
  await assert.rejects(again.result, { code: 'diverged.collapsed' });
  assert.deepEqual([again.fed, again.saved], [[], []]);
  const regardless = await runLoop({ ...collapsing, position: saved.at(-1)! });
  assert.equal((regardless.outcome as { position: Position }).position.step, 700);
});

test('a collapse between two checkpoints is saved with stop, and not with rollback', async () => {
  const between = { ...collapsing, schedule: { ...collapsing.schedule, checkpointEverySteps: 300 } };
  for (const [onCollapse, steps] of [
    ['stop', [300, 400]],
    ['rollback', [300]],
  ] as const) {
    const { result, saved } = await runLoop({ ...between, onCollapse });
    await assert.rejects(result, { code: 'diverged.collapsed', message: /No checkpoint was made while all was well/ });
    assert.deepEqual(
      saved.map(({ step }) => step),
      steps,
    );
  }
});

test('a look in which something is no number ends the run and names it', async () => {
  const { result, stepsOf } = await runLoop({
    ...collapsing,
    diversityAt: (step) => (step === 100 ? Number.NaN : 1),
  });
  await assert.rejects(result, {
    code: 'diverged.not-finite',
    exitCode: 6,
    message: /diversity became NaN between steps 50 and 100/,
  });
  assert.deepEqual(stepsOf('tick'), [50]);
});
