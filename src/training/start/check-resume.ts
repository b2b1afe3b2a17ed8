// Checks that --resume resumes the same run, and otherwise lists the settings that differ.
import { join, relative, resolve } from 'node:path';
import { type Difference, differencesOf, isRunName, type RunIdentity } from '../../config/identity/run-hash.ts';
import { DcganError } from '../../errors.ts';
import { forkFlags } from './fork-advice.ts';
import type { EarlierRun } from './open-run.ts';
import type { RunParts } from './run-parts.ts';

/** @throws DcganError `usage.another-run`, `usage.not-here` */
export function checkSameRun(earlier: EarlierRun, now: RunIdentity, parts: RunParts & { root: string }): void {
  const { hash, identity, saved } = earlier;
  const differences = differencesOf(identity, now);
  if (differences.length > 0) {
    const fork = forkFlags(hash, saved, parts);
    throw new DcganError(
      'usage.another-run',
      {
        happened: `Run ${hash} was made with other settings:\n${listDifferences(differences)}`,
        expected: 'A run resumes with its own settings; only its length, name, folder and outputs may change.',
        fix: fork
          ? `To begin a new run from its weights: dcgan train ${fork}, with the same other flags and without --resume.`
          : `Its weights do not fit these layers, so no fork can begin from them: train from the start, without --resume.`,
      },
      { data: { runHash: hash, differences } },
    );
  }
  const folder = join(parts.root, 'checkpoints', hash);
  if (isRunName(hash) && !relative(resolve(folder), saved.path).startsWith('..')) return;
  const fork = forkFlags(saved.path, saved, parts);
  throw new DcganError('usage.not-here', {
    happened: `${saved.path} is not in ${folder}, where run ${hash} would resume.`,
    fix: `Copy the run's folder there${fork ? `, or start a new run: dcgan train ${fork}` : ''}`,
  });
}

export function listDifferences(differences: readonly Difference[]): string {
  return differences.map((difference) => `  ${describeDifference(difference)}`).join('\n');
}

export function describeDifference({ key, before, now }: Difference): string {
  return key === 'dataFingerprint'
    ? 'the contents of the data folder are others'
    : `${key}: it was ${show(before)}, and is ${show(now)} now`;
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'not set';
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
