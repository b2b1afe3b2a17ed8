// One installer at a time: waits for the lock until its owner gives it back or is gone.
import { setTimeout as sleep } from 'node:timers/promises';
import { DcganError } from '../../../errors.ts';
import { type Holder, tryLock } from '../../../system/file-lock.ts';

/**
 * @param onWait called once if somebody else has it
 * @returns what gives it back
 * @throws what the system refuses about the file
 */
export async function takeLock(path: string, onWait: (holder: Holder) => void): Promise<() => Promise<void>> {
  let waiting = false;
  const wait = (holder: Holder) => {
    if (!waiting) onWait(holder);
    waiting = true;
  };
  for (;;) {
    const taken = await tryLock(path, { onWait: wait }).catch(throwCause);
    if ('lock' in taken) return taken.lock.release;
    wait(taken.holder);
    await sleep(500);
  }
}

/** The installer has words of its own for a folder that cannot be written to. */
function throwCause(error: unknown): never {
  throw error instanceof DcganError && error.code === 'usage.cannot-write' ? error.cause : error;
}
