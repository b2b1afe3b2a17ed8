// Runs the training loop on a program that computes nothing, and records what the loop did.
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CompiledProgram, HostValues } from '../../src/engines/engine.ts';
import type { TrainingEvent } from '../../src/training/events.ts';
import { initialProgress, type LoopParts, type TrainingProgress, trainLoop } from '../../src/training/loop.ts';
import type { FixedCadence, Schedule } from '../../src/training/schedule.ts';
import { minimalConfig } from '../helpers/minimal-config.ts';
import { temporaryFolder } from '../helpers/temporary-run.ts';
import { configOf } from '../helpers/tiny-network.ts';

const root = temporaryFolder();
export const start = initialProgress;
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
    'means/discriminator-parts': Float32Array.of(sinceDrain, sinceDrain * 0.125, sinceDrain * 0.375),
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

export const exactly = (everySteps: number): FixedCadence => ({ isDefault: false, everySteps });

export interface Setup {
  schedule?: Partial<Schedule>;
  progress?: TrainingProgress;
  stopAfter?: number;
  lossAfter?: (steps: number) => number;
  onCollapse?: 'warn' | 'stop' | 'rollback';
  diversityAt?: (step: number) => number;
}

export async function runLoop({
  schedule = {},
  progress = start,
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
  const saved: TrainingProgress[] = [];
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
      samples: exactly(4),
      checkpoints: exactly(5),
      tickEverySteps: 3,
      keepCheckpointsEverySteps: undefined,
      evaluateEverySteps: undefined,
      toSteps: ({ steps }) => steps!,
      ...schedule,
    },
    folder,
    healthProbe: async (step) => ({ diversity: diversityAt(step), generatorGradient: 1, discriminatorGradient: 1 }),
    confirm: async () => undefined,
    saveCheckpoint: async (at, isBest) => {
      saved.push({ ...at });
      if (isBest) best.push(at.step);
      return `checkpoint ${at.step}`;
    },
    bestCheckpoint: async () => (best.length > 0 ? `checkpoints/${best.at(-1)}` : undefined),
    onEvent: (event) => events.push(structuredClone(event)),
    shouldStop: () => program.steps() >= stopAfter,
  };
  const result = trainLoop(parts, progress);
  const outcome = await result.catch((error: unknown) => error);
  const stepsOf = (type: TrainingEvent['type']) =>
    events.flatMap((event) => (event.type === type ? [event.type === 'tick' ? event.tick.step : event.step] : []));
  return { outcome, result, events, saved, best, fed, folder, stepsOf };
}

export const metricsOf = (folder: string): Record<string, number | undefined>[] =>
  readFileSync(join(folder, 'losses.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
