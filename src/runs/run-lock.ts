// The lock that lets one process train a run, with its errors.
import { rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DcganError } from '../errors.ts';
import { type Holder, type LockOptions, tryLock } from '../system/file-lock.ts';

export interface RunLock {
  /** Call this before each write to the run's folders. @throws DcganError `usage.run-taken-over` */
  confirm(): Promise<void>;
  /** Replaces an error if the run was taken over, because another process then changes the same files. */
  explain(error: unknown): Promise<unknown>;
  release(): Promise<void>;
}

/**
 * Locks a run.
 * @throws DcganError `usage.run-in-use` if another process trains it, `usage.cannot-write`
 */
export async function lockRun(path: string, options: LockOptions = {}): Promise<RunLock> {
  const taken = await tryLock(path, options);
  if ('holder' in taken) throw inUse(path, taken.holder);
  const { lock } = taken;
  return {
    async confirm() {
      if (!(await lock.confirm())) throw takenOver(path);
    },
    explain: (error) =>
      lock.confirm().then(
        (isOurs) => (isOurs ? error : takenOver(path)),
        () => error,
      ),
    async release() {
      await lock.release();
      await rmdir(dirname(path)).catch(() => undefined); // empty if the run failed before its first checkpoint
    },
  };
}

function inUse(path: string, { pid, host, state }: Holder): DcganError {
  const who = pid === undefined ? 'Another process' : `Process ${pid} on ${host}`;
  const suspended = state === 'suspended';
  return new DcganError(
    'usage.run-in-use',
    {
      happened: `${who} is training this run${suspended ? ', but is suspended' : ''}.`,
      expected: 'A run is trained by one process at a time.',
      fix: suspended
        ? `Let it resume (kill -CONT ${pid}), end it (kill -KILL ${pid}), or change the config.`
        : 'Wait for it, stop it, or change the config.',
    },
    { data: { path, pid, host } },
  );
}

function takenOver(path: string): DcganError {
  return new DcganError(
    'usage.run-taken-over',
    {
      happened: 'Another process has taken over this run because this one did not renew its lock in time.',
      expected:
        'A process that is suspended, asleep or cut off from its disk for longer than its lease loses its run and stops writing.',
      fix: 'Let the other process finish. Once it has ended, the same command resumes from its last checkpoint.',
    },
    { data: { path } },
  );
}
