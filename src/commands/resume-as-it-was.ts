// --resume goes on with a run as it was: what would make it another run is named key by key and refused.
import { join, relative, resolve } from 'node:path';
import { type Difference, differencesOf, type RunIdentity } from '../config/run-hash.ts';
import { DcganError } from '../errors.ts';
import type { EarlierRun } from './open-run.ts';

/** @throws DcganError `usage.another-run`, `usage.not-here` */
export function refuseAnother(earlier: EarlierRun, now: RunIdentity, { root }: { root: string }): void {
  const { hash, config, dataFingerprint, forkedFrom, saved } = earlier;
  const differences = differencesOf({ ...config, dataFingerprint, forkedFrom }, now);
  if (differences.length > 0) {
    const lines = differences.map((difference) => `  ${describeDifference(difference)}`);
    throw new DcganError(
      'usage.another-run',
      {
        happened: `Run ${hash} was made with other settings:\n${lines.join('\n')}`,
        expected: 'A run that is gone on with stays as it was; only its length, name, folder and outputs may change.',
        fix: `To begin a new run from its weights: dcgan train --fork ${hash}, with the same other flags.`,
      },
      { data: { runHash: hash, differences } },
    );
  }
  if (!relative(resolve(root, 'checkpoints', hash), saved.path).startsWith('..')) return;
  throw new DcganError('usage.not-here', {
    happened: `${saved.path} is not in ${join(root, 'checkpoints', hash)}, where run ${hash} would go on.`,
    fix: `Copy the run's folder there, or begin a new run: dcgan train --fork ${saved.path}`,
  });
}

/** One key, as it was and as it is now. */
export function describeDifference({ key, before, now }: Difference): string {
  return key === 'dataFingerprint'
    ? 'the contents of the data folder are others'
    : `${key}: it was ${show(before)}, and is ${show(now)} now`;
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'not set';
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
