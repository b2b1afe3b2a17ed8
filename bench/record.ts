// bench/record.json: the measurements of all contests. A new run replaces only its own contests.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Job } from './contestants.ts';
import type { Machine } from './machine.ts';

/** The measurements of one contestant. */
export interface Measurements {
  /** Steps (training) or images (sampling) per turn. */
  unitsPerTurn: number;
  /** Per round: ms per step, or ms for all images. */
  ms: number[];
  /** Peak of resident memory after the last round. */
  peakMiB: number;
  /** From the start of the process to the end of its warm-up: imports, building, tracing, compiling. */
  warmUpSeconds: number;
  /** Means over the warm-up steps; all contestants start from the same weights. */
  losses: Record<string, number>;
  versions: Record<string, string>;
}

/** All contestants measured on one model. */
export interface Contest {
  model: string;
  batch: number;
  job: Job;
  date: string;
  machine: Machine;
  rounds: number;
  warmUpSteps: number;
  /** The precision that `auto` selects on this machine. */
  autoPrecision: string;
  /** Processor time that waiting contestants used, as a share of all cores' time. */
  idleShare: number;
  contestants: Record<string, Measurements>;
}

export type BenchRecord = Record<string, Contest>;

export function titleOf({ model, batch, job }: Pick<Contest, 'model' | 'batch' | 'job'>): string {
  return job === 'training' ? `${model}, batch ${batch}` : `${model}, sampling`;
}

function readRecord(path: string): BenchRecord {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as BenchRecord) : {};
}

export function addToRecord(path: string, contest: Contest): BenchRecord {
  const record = { ...readRecord(path), [titleOf(contest)]: contest };
  const sorted = Object.fromEntries(
    Object.entries(record).sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true })),
  );
  writeFileSync(path, `${JSON.stringify(sorted, rounded, 1)}\n`);
  return sorted;
}

/** To four significant digits. */
function rounded(_: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
}
