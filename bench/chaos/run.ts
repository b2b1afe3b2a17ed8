// Trains a tiny config repeatedly with random faults. The weights must equal those of an undisturbed run, or an error must say why not.

import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RandomStream } from '../../src/random.ts';
import { cachePath } from '../../src/system/user-cache.ts';
import { type Fault, faults, makeCache, mountSmall, type SessionResult, unmount } from './faults.ts';
import { type Ending, startSession, type Workspace } from './session.ts';
import { writeTinyRun } from './tiny-run.ts';

export interface ChaosReport {
  /** Runs that finished. */
  runs: number;
  sessions: number;
  /** How often each fault was injected. */
  injected: Record<string, number>;
  /** Faults that this machine cannot inject, and why. */
  skipped: Record<string, string>;
  /** How often sessions ended with each error. */
  refusals: Record<string, number>;
  /** Runs with other weights, and sessions that ended without a reason. */
  failures: string[];
}

export interface ChaosOptions {
  minutes: number;
  seed: number;
  engine: 'wasm' | 'tensorflow';
  onLine: (text: string) => void;
}

const maxFaults = 5; // per run

/** Starts runs until the time is up, and finishes the last one. */
export async function chaos({ minutes, seed, engine, onLine }: ChaosOptions): Promise<ChaosReport> {
  const base = mkdtempSync(join(tmpdir(), 'dcgan-chaos-'));
  const failed = `${base}-failed`;
  const report: ChaosReport = { runs: 0, sessions: 0, injected: {}, skipped: {}, refusals: {}, failures: [] };
  const installed = engine === 'tensorflow' ? cachePath('tensorflow') : undefined;
  const template = join(base, 'template');
  await writeTinyRun(template);
  const ends = performance.now() + minutes * 60_000;
  try {
    const expected = await undisturbed(base, { engine, installed, template });
    onLine(`The undisturbed run ends with weights ${expected}.`);
    const nextFault = shuffled(seed);
    for (let round = 0; performance.now() < ends && report.failures.length === 0; round++) {
      const workspace = openWorkspace(base, `${round}`, { engine, installed, template });
      try {
        await disturbedRun(workspace, new RandomStream(seed, 'chaos', round), { report, onLine, ends, nextFault });
        if (report.failures.length > 0) break;
        const found = weightsOf(workspace);
        if (found !== expected) report.failures.push(`run ${round} ended with weights ${found}, not ${expected}`);
        onLine(`Run ${round}: ${found === expected ? 'the same weights' : `OTHER WEIGHTS: ${found}`}.`);
        report.runs++;
      } finally {
        if (report.failures.length > 0) cpSync(workspace.root, failed, { recursive: true });
        closeWorkspace(workspace);
      }
    }
    if (report.failures.length > 0) onLine(`What the failed run left is in ${failed}.`);
    return report;
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}

type Kind = { engine: string; installed: string | undefined; template: string };

function openWorkspace(base: string, name: string, { engine, installed, template }: Kind): Workspace {
  const root = join(base, name);
  const workspace = { root, cache: join(base, `${name}-cache`), engine, installed, isMounted: mountSmall(root) };
  cpSync(template, root, { recursive: true });
  makeCache(workspace);
  return workspace;
}

function closeWorkspace({ root, cache, isMounted }: Workspace): void {
  if (isMounted) unmount(root);
  for (const folder of [root, cache]) rmSync(folder, { recursive: true, force: true });
}

async function undisturbed(base: string, kind: Kind): Promise<string> {
  const workspace = openWorkspace(base, 'undisturbed', kind);
  const ending = await startSession(workspace).ended;
  if (ending.exitCode !== 0) throw new Error(`The undisturbed run ended with ${ending.exitCode}:\n${ending.stderr}`);
  const weights = weightsOf(workspace);
  closeWorkspace(workspace);
  return weights;
}

interface Monitor {
  report: ChaosReport;
  onLine: (text: string) => void;
  ends: number;
  nextFault: () => Fault;
}

/** Returns every fault once in a random order, then again in another order. */
function shuffled(seed: number): () => Fault {
  let drawn = 0;
  return () => {
    const order = new RandomStream(seed, 'deck', Math.floor(drawn / faults.length)).permutation(faults.length);
    return faults[order[drawn++ % faults.length]!]!;
  };
}

/** A few faults, then one undisturbed session to finish the run. */
async function disturbedRun(
  workspace: Workspace,
  random: RandomStream,
  { report, onLine, ends, nextFault }: Monitor,
): Promise<void> {
  const check = (name: string, { ending, sent, refusal }: SessionResult): boolean => {
    const outcome = outcomeOf(ending, sent, refusal);
    report.sessions++;
    if (outcome.reason) report.refusals[outcome.reason] = (report.refusals[outcome.reason] ?? 0) + 1;
    if (outcome.failure) report.failures.push(`${name}: ${outcome.failure}`);
    onLine(`  ${name}: ${outcome.failure ? `FAILED: ${outcome.failure}` : outcome.text}`);
    return ending.exitCode === 0 && outcome.failure === undefined;
  };
  for (let count = 0; count < maxFaults && report.failures.length === 0 && performance.now() < ends; count++) {
    const fault = nextFault();
    const unavailable = fault.unavailable(workspace);
    if (unavailable) {
      report.skipped[fault.name] = unavailable;
      continue;
    }
    report.injected[fault.name] = (report.injected[fault.name] ?? 0) + 1;
    const sessions = await fault.inject(workspace, random);
    if (sessions.map((session) => check(fault.name, session)).includes(true)) return; // the run is finished
  }
  if (report.failures.length === 0) check('undisturbed', { ending: await startSession(workspace).ended });
}

/** Allowed: the run finished, the session died by or saved after the signal that was sent, or it failed with an expected error. */
function outcomeOf({ exitCode, signal, stdout, stderr }: Ending, sent?: NodeJS.Signals, refusal?: RegExp) {
  if (exitCode === 0) return { text: 'done' };
  if (signal !== null && signal === sent) return { text: `ended by ${signal}` };
  if (sent && exitCode !== null && exitCode > 128) return { text: `exit ${exitCode} after ${sent}` };
  const reason = /^✖ (.*)$/m.exec(stderr)?.[1];
  const isRefusal = exitCode !== null && exitCode >= 2 && exitCode <= 7 && reason !== undefined;
  if (isRefusal && refusal?.test(reason)) {
    return { text: `refused: ${reason}`, reason: reason.replaceAll(/\/tmp\S*\/|\d+/g, '…') };
  }
  return { text: '', failure: `exit ${exitCode ?? signal}, unexpected:\n${stderr.slice(-1500)}${stdout.slice(-300)}` };
}

/** Checksum of the last checkpoint's weights, optimizer state and averages. */
function weightsOf({ root }: Workspace): string {
  const checkpoints = join(root, 'checkpoints');
  const [run] = readdirSync(checkpoints).filter((name) => /^[0-9a-f]{7,}$/.test(name));
  const latest = readFileSync(join(checkpoints, run ?? '', 'latest'), 'utf8').trim();
  const weights = readFileSync(join(checkpoints, run ?? '', latest, 'weights.safetensors'));
  return `${createHash('sha256').update(weights).digest('hex').slice(0, 12)} at step ${Number(latest)}`;
}
