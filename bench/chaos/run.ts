// Trains one tiny config again and again under random trouble. Its end must be that of the undisturbed run, or a refusal must say why.

import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RandomStream } from '../../src/random.ts';
import { cachePath } from '../../src/system/user-cache.ts';
import { type Ending, type Place, startSession } from './session.ts';
import { type Judged, makeCache, mountSmall, type Trouble, troubles, unmount } from './troubles.ts';
import { writeWork } from './work.ts';

export interface ChaosReport {
  /** Runs that came to their end. */
  runs: number;
  sessions: number;
  /** How often each trouble happened. */
  happened: Record<string, number>;
  /** Troubles that this machine cannot have, and why. */
  leftOut: Record<string, string>;
  /** Sessions that refused to go on, by what they said. */
  refusals: Record<string, number>;
  /** What must never be: another end, or an end without a reason. */
  failures: string[];
}

export interface ChaosOptions {
  minutes: number;
  seed: number;
  engine: 'wasm' | 'tensorflow';
  onLine: (text: string) => void;
}

const mostTroubles = 5; // per run, before it is left in peace

/** Runs until the time is over; the run that is under way is finished first. */
export async function chaos({ minutes, seed, engine, onLine }: ChaosOptions): Promise<ChaosReport> {
  const base = mkdtempSync(join(tmpdir(), 'dcgan-chaos-'));
  const failed = `${base}-failed`;
  const report: ChaosReport = { runs: 0, sessions: 0, happened: {}, leftOut: {}, refusals: {}, failures: [] };
  const installed = engine === 'tensorflow' ? cachePath('tensorflow') : undefined;
  const work = await writeWork(join(base, 'work'));
  const ends = performance.now() + minutes * 60_000;
  try {
    const expected = await undisturbed(base, { engine, installed, work });
    onLine(`The undisturbed run ends with weights ${expected}.`);
    const deck = shuffled(seed);
    for (let round = 0; performance.now() < ends && report.failures.length === 0; round++) {
      const place = openPlace(base, `${round}`, { engine, installed, work });
      try {
        await disturbedRun(place, new RandomStream(seed, 'chaos', round), { report, onLine, ends, deck });
        if (report.failures.length > 0) break;
        const found = weightsOf(place);
        if (found !== expected) report.failures.push(`run ${round} ended with weights ${found}, not ${expected}`);
        onLine(`Run ${round}: ${found === expected ? 'the same weights' : `OTHER WEIGHTS: ${found}`}.`);
        report.runs++;
      } finally {
        if (report.failures.length > 0) cpSync(place.root, failed, { recursive: true });
        closePlace(place);
      }
    }
    if (report.failures.length > 0) onLine(`What the failed run left is in ${failed}.`);
    return report;
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}

type Kind = { engine: string; installed: string | undefined; work: string };

function openPlace(base: string, name: string, { engine, installed, work }: Kind): Place {
  const root = join(base, name);
  const place = { root, cache: join(base, `${name}-cache`), engine, installed, isMounted: mountSmall(root) };
  cpSync(work, root, { recursive: true });
  makeCache(place);
  return place;
}

function closePlace({ root, cache, isMounted }: Place): void {
  if (isMounted) unmount(root);
  for (const folder of [root, cache]) rmSync(folder, { recursive: true, force: true });
}

async function undisturbed(base: string, kind: Kind): Promise<string> {
  const place = openPlace(base, 'undisturbed', kind);
  const ending = await startSession(place).ended;
  if (ending.exitCode !== 0) throw new Error(`The undisturbed run ended with ${ending.exitCode}:\n${ending.stderr}`);
  const weights = weightsOf(place);
  closePlace(place);
  return weights;
}

interface Watch {
  report: ChaosReport;
  onLine: (text: string) => void;
  ends: number;
  /** Gives the next trouble. */
  deck: () => Trouble;
}

/** Every trouble once in a random order, then again in another. */
function shuffled(seed: number): () => Trouble {
  let drawn = 0;
  return () => {
    const order = new RandomStream(seed, 'deck', Math.floor(drawn / troubles.length)).permutation(troubles.length);
    return troubles[order[drawn++ % troubles.length]!]!;
  };
}

/** A few troubles, then sessions in peace until the run is done. */
async function disturbedRun(place: Place, random: RandomStream, { report, onLine, ends, deck }: Watch): Promise<void> {
  const judge = (name: string, { ending, sent, refusal }: Judged): boolean => {
    const outcome = outcomeOf(ending, sent, refusal);
    report.sessions++;
    if (outcome.reason) report.refusals[outcome.reason] = (report.refusals[outcome.reason] ?? 0) + 1;
    if (outcome.failure) report.failures.push(`${name}: ${outcome.failure}`);
    onLine(`  ${name}: ${outcome.failure ? `FAILED: ${outcome.failure}` : outcome.text}`);
    return ending.exitCode === 0 && outcome.failure === undefined;
  };
  for (let count = 0; count < mostTroubles && report.failures.length === 0 && performance.now() < ends; count++) {
    const trouble = deck();
    const without = trouble.without(place);
    if (without) {
      report.leftOut[trouble.name] = without;
      continue;
    }
    report.happened[trouble.name] = (report.happened[trouble.name] ?? 0) + 1;
    const sessions = await trouble.happen(place, random);
    if (sessions.map((session) => judge(trouble.name, session)).includes(true)) return; // it is done
  }
  if (report.failures.length === 0) judge('in peace', { ending: await startSession(place).ended });
}

/** Whether a session ended as it may: done, by a signal that was sent, saved after one, or with a refusal that says why. */
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

/** The checksum of the last checkpoint's weights, both optimizers and averages among them. */
function weightsOf({ root }: Place): string {
  const checkpoints = join(root, 'checkpoints');
  const [run] = readdirSync(checkpoints).filter((name) => /^[0-9a-f]{7,}$/.test(name));
  const latest = readFileSync(join(checkpoints, run ?? '', 'latest'), 'utf8').trim();
  const weights = readFileSync(join(checkpoints, run ?? '', latest, 'weights.safetensors'));
  return `${createHash('sha256').update(weights).digest('hex').slice(0, 12)} at step ${Number(latest)}`;
}
