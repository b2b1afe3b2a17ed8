// Measures all contestants on one model: each in its own process, warmed up, checked, then timed in turn, round by round.
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../src/config/config.ts';
import { checkEqual, type Entrant } from './checks.ts';
import type { Contestant, Job } from './contestants.ts';
import { describeMachine } from './machine.ts';
import { peakMiB, processorSeconds } from './processes.ts';
import type { Contest, Measurements } from './record.ts';
import { writeTask } from './task.ts';
import { type Programs, startWorker, type Worker } from './worker.ts';

export interface ContestPlan {
  config: Config;
  job: Job;
  contestants: readonly Contestant[];
  rounds: number;
  programs: Programs;
  /** Images per turn of a sampler. */
  images: number;
  /** A turn has as many training steps as fit into this time, from 1 to `maxSteps`. */
  turnMs: number;
  log: (line: string) => void;
}

const warmUpSteps = 5;
const maxSteps = 10; // losses are read once per turn; a run's ticks are 10 steps

type Ready = Entrant & { worker: Worker; unitsPerTurn: number; warmUpSeconds: number };

export async function runContest(plan: ContestPlan): Promise<Contest> {
  const folder = mkdtempSync(join(tmpdir(), 'dcgan-bench-'));
  const started: Worker[] = [];
  const start = (contestant: Contestant) => {
    const worker = startWorker(contestant, plan.programs);
    started.push(worker);
    return worker;
  };
  try {
    await writeTask(folder, plan.config);
    const entrants: Ready[] = [];
    for (const contestant of plan.contestants) entrants.push(await enter(plan, contestant, folder, start));
    checkEqual(entrants);
    const { ms, idleShare } = await runRounds(plan, entrants);
    return describe(plan, entrants, ms, idleShare);
  } finally {
    for (const worker of started) worker.stop();
    rmSync(folder, { recursive: true });
  }
}

/** Starts a contestant and warms it up. */
async function enter(
  plan: ContestPlan,
  contestant: Contestant,
  folder: string,
  start: (contestant: Contestant) => Worker,
): Promise<Ready> {
  const began = performance.now();
  let worker = start(contestant);
  let report = await worker.prepare(folder, plan.job);
  if (report.tuned) {
    worker.stop();
    worker = start(contestant);
    report = await worker.prepare(folder, plan.job);
  }
  const warm = plan.job === 'training' ? await warmUpTraining(plan, worker) : await warmUpSampling(plan, worker);
  const warmUpSeconds = (performance.now() - began) / 1000;
  plan.log(`${contestant.name}: ready after ${warmUpSeconds.toFixed(0)} s`);
  return { contestant, report, worker, warmUpSeconds, ...warm };
}

async function warmUpTraining({ turnMs }: ContestPlan, worker: Worker) {
  const losses: Record<string, number> = {};
  let fastest = Number.POSITIVE_INFINITY;
  for (let step = 0; step < warmUpSteps; step++) {
    const { ms, values } = await worker.turn(1);
    fastest = Math.min(fastest, ms);
    for (const [name, loss] of Object.entries(values)) losses[name] = (losses[name] ?? 0) + loss / warmUpSteps;
  }
  return { losses, unitsPerTurn: Math.min(maxSteps, Math.max(1, Math.round(turnMs / fastest))) };
}

async function warmUpSampling({ images }: ContestPlan, worker: Worker) {
  await worker.turn(Math.ceil(images / 10));
  return { losses: {}, unitsPerTurn: images };
}

/** Every second round runs in reverse order, so that no contestant always follows the same other one. */
async function runRounds({ job, rounds, log }: ContestPlan, entrants: readonly Ready[]) {
  const ms = new Map(entrants.map(({ contestant }) => [contestant.name, [] as number[]]));
  const idle = watchIdle(entrants.map(({ worker }) => worker));
  for (let round = 0; round < rounds; round++) {
    for (const { contestant, worker, unitsPerTurn } of round % 2 === 0 ? entrants : entrants.toReversed()) {
      const turn = await idle.during(worker, async () => {
        if (job === 'training') await worker.turn(1); // not counted: wakes threads and fills caches
        return worker.turn(unitsPerTurn);
      });
      ms.get(contestant.name)!.push(job === 'training' ? turn.ms / unitsPerTurn : turn.ms);
    }
    log(`round ${round + 1} of ${rounds}`);
  }
  return { ms, idleShare: idle.share() };
}

/** Sums the processor time that workers use while waiting. */
function watchIdle(workers: readonly Worker[]) {
  let [idleSeconds, seconds] = [0, 0];
  const used = (except: Worker) => {
    return workers.reduce((sum, worker) => sum + (worker === except ? 0 : processorSeconds(worker.pid)), 0);
  };
  return {
    async during<T>(active: Worker, act: () => Promise<T>): Promise<T> {
      const [before, began] = [used(active), performance.now()];
      const result = await act();
      idleSeconds += used(active) - before;
      seconds += (performance.now() - began) / 1000;
      return result;
    },
    share: () => idleSeconds / (seconds * availableParallelism()),
  };
}

function describe(
  { config, job, rounds }: ContestPlan,
  entrants: readonly Ready[],
  ms: ReadonlyMap<string, number[]>,
  idleShare: number,
): Contest {
  const measurements = ({ contestant, worker, report, ...entrant }: Ready): Measurements => ({
    unitsPerTurn: entrant.unitsPerTurn,
    ms: ms.get(contestant.name)!,
    peakMiB: peakMiB(worker.pid),
    warmUpSeconds: entrant.warmUpSeconds,
    losses: entrant.losses,
    versions: report.versions,
  });
  return {
    model: config.name,
    batch: config.training.batchSize,
    job,
    date: new Date().toISOString().slice(0, 10),
    machine: describeMachine(),
    rounds,
    warmUpSteps,
    autoPrecision: entrants[0]!.report.autoPrecision!,
    idleShare,
    contestants: Object.fromEntries(entrants.map((entrant) => [entrant.contestant.name, measurements(entrant)])),
  };
}
