// One process per run: the run's lock, and what is said to the process that does not get it or has lost it.
import { rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DcganError } from '../errors.ts';
import { type Holder, type LockOptions, tryLock } from '../system/file-lock.ts';

export interface RunLock {
  /** To be called before each write to the run's folders. @throws DcganError `usage.run-taken-over` */
  confirm(): Promise<void>;
  /** Of an error, the reason where it is that the run was taken over: another process changes the same files. */
  explain(error: unknown): Promise<unknown>;
  release(): Promise<void>;
}

/**
 * Takes a run for this process.
 * @throws DcganError `usage.run-in-use` while another process has it, `usage.cannot-write`
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
      await rmdir(dirname(path)).catch(() => undefined); // made for the lock alone, where the run failed before its first checkpoint
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
