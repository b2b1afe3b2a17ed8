// A lock between processes, containers and machines: a file with a random token that its owner renews until it releases it.
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DcganError } from '../errors.ts';
import { startHeartbeat } from './heartbeat.ts';
import {
  type FoundLock,
  maxLeaseMs,
  type OwnLock,
  publish,
  readLock,
  renewLock,
  replaceLock,
  writeOwnLock,
} from './lock-file.ts';
import { type OwnerState, ownerState } from './process-owner.ts';
import { makeFolder } from './write-file.ts';

export interface FileLock {
  /**
   * Call this before each write that the lock protects. False once another process has taken the lock over, which happens
   * if the owner was suspended, asleep or cut off from the disk for longer than its lease.
   */
  confirm(): Promise<boolean>;
  /** If the file cannot be removed, others recognise it as abandoned once this process has ended. */
  release(): Promise<void>;
}

/** The process that has a lock. `pid` and `host` are missing if the file is damaged. */
export interface Holder {
  pid?: number;
  host?: string;
  state: OwnerState;
  /** By the file system's clock. */
  sinceRenewalMs: number;
}

export interface LockOptions {
  leaseMs?: number;
  /** Called before waiting for a renewal, if the owner runs elsewhere and renewed the lock less than a lease ago. */
  onWait?: ((holder: Holder, leaseMs: number) => void) | undefined;
  /** Ends the wait by throwing its reason. */
  signal?: AbortSignal | undefined;
}

const maxAttempts = 3;
const emptyLeaseMs = 2000; // a file is empty briefly between its creation and the write, or after a crash between the two

/** Takes a lock that is free or abandoned. @throws DcganError `usage.cannot-write`, `usage.bad-lease` */
export async function tryLock(
  path: string,
  options: LockOptions = {},
): Promise<{ lock: FileLock } | { holder: Holder }> {
  const leaseMs = options.leaseMs ?? leaseFromEnvironment();
  await makeFolder(dirname(path));
  const taken = await acquire(path, leaseMs, options);
  return 'holder' in taken ? taken : { lock: holdLock(path, taken.own) };
}

type WaitOptions = Pick<LockOptions, 'onWait' | 'signal'>;
type Acquired = { own: OwnLock } | { holder: Holder };

async function acquire(path: string, leaseMs: number, waitOptions: WaitOptions = {}): Promise<Acquired> {
  const own = await writeOwnLock(path, leaseMs);
  let holder: Holder = { state: 'unknown', sinceRenewalMs: 0 };
  let isTaken = false;
  try {
    for (let attempt = 0; attempt < maxAttempts && !isTaken; attempt++) {
      isTaken = await publish(own, path);
      const found = isTaken ? undefined : await readLock(path);
      if (!found) continue; // taken, or released meanwhile
      holder = holderOf(found, own);
      if (!(await isAbandoned(path, found, holder, waitOptions))) break;
      isTaken = await takeOver(path, own, found);
    }
    return isTaken ? { own } : { holder };
  } finally {
    await rm(own.temporary, { force: true }).catch(() => undefined);
  }
}

/**
 * Replaces an abandoned lock. Reads it again under the takeover lock first: another process may have been faster, or the
 * owner may have resumed.
 */
async function takeOver(path: string, own: OwnLock, abandoned: FoundLock): Promise<boolean> {
  const taken = await withTakeoverLock(path, own.content.leaseMs, async () => {
    if ((await readLock(path))?.version !== abandoned.version) return false;
    await replaceLock(own, path);
    return true;
  });
  return taken === true;
}

/** Runs an action under a second lock, the right to replace the first. @returns undefined if another process has it */
async function withTakeoverLock<T>(path: string, leaseMs: number, action: () => Promise<T>): Promise<T | undefined> {
  const takeoverPath = `${path}.takeover`;
  const acquired = await acquire(takeoverPath, leaseMs);
  if ('holder' in acquired) return undefined;
  try {
    return await action();
  } finally {
    await removeIfOurs(takeoverPath, acquired.own);
  }
}

function holderOf({ content, changedMs }: FoundLock, { writtenMs }: OwnLock): Holder {
  const sinceRenewalMs = Math.max(0, writtenMs - changedMs);
  if (!content) return { state: 'unknown', sinceRenewalMs };
  return { pid: parseInt(content.owner, 10), host: content.host, state: ownerState(content.owner), sinceRenewalMs };
}

/** Whether the owner has ended or released the lock. A suspended process keeps its lock. */
async function isAbandoned(path: string, found: FoundLock, holder: Holder, { onWait, signal }: WaitOptions) {
  if (holder.state !== 'unknown') return holder.state === 'gone';
  const leaseMs = found.content?.leaseMs ?? emptyLeaseMs;
  if (holder.sinceRenewalMs > leaseMs) return true;
  onWait?.(holder, leaseMs);
  return staysUnrenewed(path, found, leaseMs, signal);
}

/** Waits one lease for a renewal, by this process's monotonic clock: other clocks can be set, or differ between machines. */
async function staysUnrenewed(path: string, found: FoundLock, leaseMs: number, signal?: AbortSignal): Promise<boolean> {
  const started = performance.now();
  while (performance.now() - started < leaseMs) {
    signal?.throwIfAborted();
    await sleep(Math.min(250, leaseMs / 50));
    const now = await readLock(path);
    if (!now) return true;
    if (now.version !== found.version) return false;
  }
  return true;
}

function holdLock(path: string, first: OwnLock): FileLock {
  const { leaseMs } = first.content;
  let own = first;
  let heartbeat = startHeartbeat(path, own);

  /** A lock that was removed by hand, for example with its folder, is made again. */
  async function confirm(): Promise<boolean> {
    if (heartbeat.hasLapsed()) return renewLapsed();
    const found = await readLock(path);
    if (found) return isOurs(own, found);
    await makeFolder(dirname(path));
    const again = await acquire(path, leaseMs);
    if ('holder' in again) return false;
    await heartbeat.end();
    own = again.own;
    heartbeat = startHeartbeat(path, own);
    return true;
  }

  /** Renews under the takeover lock, because others may be taking over. A missing lock was taken over and released since. */
  async function renewLapsed(): Promise<boolean> {
    const started = performance.now();
    while (performance.now() - started < leaseMs) {
      const isRenewed = await withTakeoverLock(path, leaseMs, async () => {
        const found = await readLock(path);
        if (!found || !isOurs(own, found)) return false;
        const renewed = await renewLock(path, own);
        if (renewed) heartbeat.restart();
        return renewed;
      });
      if (isRenewed !== undefined) return isRenewed;
      await sleep(50);
    }
    return false;
  }

  return {
    confirm,
    async release() {
      const lapsed = heartbeat.hasLapsed();
      await heartbeat.end();
      if (lapsed) await withTakeoverLock(path, leaseMs, () => removeIfOurs(path, own)).catch(() => undefined);
      else await removeIfOurs(path, own);
    },
  };
}

async function removeIfOurs(path: string, own: OwnLock): Promise<void> {
  const found = await readLock(path).catch(() => undefined);
  if (found && isOurs(own, found)) await rm(path, { force: true }).catch(() => undefined);
}

function isOurs({ content: { token } }: OwnLock, found: FoundLock): boolean {
  return found.content?.token === token;
}

/** DCGAN_LEASE_SECONDS, or one minute. @throws DcganError `usage.bad-lease` */
function leaseFromEnvironment(): number {
  const text = process.env['DCGAN_LEASE_SECONDS'] ?? '60';
  const seconds = Number(text);
  if (seconds >= 1 && seconds <= maxLeaseMs / 1000) return seconds * 1000;
  throw new DcganError('usage.bad-lease', {
    happened: `DCGAN_LEASE_SECONDS is '${text}'.`,
    expected: `A number of seconds from 1 to ${maxLeaseMs / 1000}.`,
    fix: 'Set it to such a number, or unset it for 60.',
  });
}
