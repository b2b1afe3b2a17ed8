// Takes the folder of a run for this process.
import { join } from 'node:path';
import { lockRun, type RunLock } from '../../runs/run-lock.ts';
import type { LockOptions } from '../../system/file-lock.ts';
import { chooseRun } from './choose-run.ts';
import { identityOf, type PreparedRun, type RunOptions } from './prepare-run.ts';

/** Locks the run's folder, under another name if another run has taken this one since it was chosen. */
export async function lockRunFolder(
  prepared: PreparedRun,
  options: Pick<RunOptions, 'root' | 'resume' | 'fresh'>,
  lockOptions: LockOptions,
): Promise<{ hash: string; lock: RunLock }> {
  const { root, resume } = options;
  let { hash } = prepared;
  for (;;) {
    const lock = await lockRun(join(root, 'checkpoints', `${hash}.lock`), lockOptions);
    try {
      const chosen = resume === undefined ? await chooseRun(root, identityOf(prepared), options) : hash;
      if (chosen === hash) return { hash, lock };
      hash = chosen;
    } catch (error) {
      await lock.release();
      throw error;
    }
    await lock.release();
  }
}
