// One owner at a time, over processes, containers and machines: a file with a random token that its owner renews while it lives.
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DcganError } from '../errors.ts';
import { startHeartbeat } from './heartbeat.ts';
import {
  type FoundLock,
  longestLeaseMs,
  publish,
  readLock,
  renewLock,
  replaceWith,
  type Ticket,
  writeTicket,
} from './lock-file.ts';
import { type OwnerState, ownerState } from './process-owner.ts';
import { makeFolder } from './write-file.ts';

export interface FileLock {
  /**
   * To be called before each write that the lock protects. False once another process has taken the lock over, which
   * happens to an owner that was suspended, asleep or cut off from the disk for longer than its lease.
   */
  confirm(): Promise<boolean>;
  /** Where the file cannot be removed, it is recognised as left behind when this process is gone. */
  release(): Promise<void>;
}

/** The process that has a lock. `pid` and `host` are missing where the file does not say. */
export interface Holder {
  pid?: number;
  host?: string;
  state: OwnerState;
  /** Since its last sign of life, by the file system's clock. */
  silentMs: number;
}

export interface LockOptions {
  leaseMs?: number;
  /** Called where only waiting tells whether the owner is alive: it runs elsewhere, and was alive less than a lease ago. */
  onWatch?: ((holder: Holder, leaseMs: number) => void) | undefined;
  /** Ends the waiting: its reason is thrown. */
  signal?: AbortSignal | undefined;
}

const tries = 3;
const emptyLeaseMs = 2000; // a file is empty for the moment between its making and its writing, or after a crash in it

/** Takes a lock that nobody has, or whose owner is gone. @throws DcganError `usage.cannot-write`, `usage.bad-lease` */
export async function tryLock(
  path: string,
  options: LockOptions = {},
): Promise<{ lock: FileLock } | { holder: Holder }> {
  const leaseMs = options.leaseMs ?? leaseFromEnvironment();
  await makeFolder(dirname(path));
  const taken = await acquire(path, leaseMs, options);
  return 'holder' in taken ? taken : { lock: held(path, taken.ticket) };
}

type Watching = Pick<LockOptions, 'onWatch' | 'signal'>;
type Acquired = { ticket: Ticket } | { holder: Holder };

async function acquire(path: string, leaseMs: number, watching: Watching = {}): Promise<Acquired> {
  const ticket = await writeTicket(path, leaseMs);
  let holder: Holder = { state: 'unknown', silentMs: 0 };
  let isOurs = false;
  try {
    for (let attempt = 0; attempt < tries && !isOurs; attempt++) {
      isOurs = await publish(ticket, path);
      const found = isOurs ? undefined : await readLock(path);
      if (!found) continue; // ours, or given back meanwhile
      holder = holderOf(found, ticket);
      if (!(await hasLeft(path, found, holder, watching))) break;
      isOurs = await takeOver(path, ticket, found);
    }
    return isOurs ? { ticket } : { holder };
  } finally {
    await rm(ticket.temporary, { force: true }).catch(() => undefined);
  }
}

/**
 * Only who holds the right to it, a lock of its own, replaces a lock left behind, and looks again before: another may have
 * been quicker, or the owner may have woken. The path is never free in between, where a third could make its own.
 */
async function takeOver(path: string, ticket: Ticket, left: FoundLock): Promise<boolean> {
  const taken = await withRight(path, ticket.content.leaseMs, async () => {
    if ((await readLock(path))?.version !== left.version) return false;
    await replaceWith(ticket, path);
    return true;
  });
  return taken === true;
}

/** Runs an action that no one else may run at the same time on this lock. @returns undefined where another process has the right */
async function withRight<T>(path: string, leaseMs: number, action: () => Promise<T>): Promise<T | undefined> {
  const right = `${path}.takeover`;
  const acquired = await acquire(right, leaseMs);
  if ('holder' in acquired) return undefined;
  try {
    return await action();
  } finally {
    await removeIfOurs(right, acquired.ticket);
  }
}

function holderOf({ content, changedMs }: FoundLock, { writtenMs }: Ticket): Holder {
  const silentMs = Math.max(0, writtenMs - changedMs);
  if (!content) return { state: 'unknown', silentMs };
  return { pid: parseInt(content.owner, 10), host: content.host, state: ownerState(content.owner), silentMs };
}

/** Whether the owner is gone, or the lock was given back. A suspended process still has its lock. */
async function hasLeft(path: string, found: FoundLock, holder: Holder, { onWatch, signal }: Watching) {
  if (holder.state !== 'unknown') return holder.state === 'gone';
  const leaseMs = found.content?.leaseMs ?? emptyLeaseMs;
  if (holder.silentMs > leaseMs) return true;
  onWatch?.(holder, leaseMs);
  return staysSilent(path, found, leaseMs, signal);
}

/** Watches for a sign of life during one lease of this process's own time: no clock that can be set, nor another machine's. */
async function staysSilent(path: string, found: FoundLock, leaseMs: number, signal?: AbortSignal): Promise<boolean> {
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

function held(path: string, first: Ticket): FileLock {
  const { leaseMs } = first.content;
  let ticket = first;
  let heartbeat = startHeartbeat(path, ticket);

  /** A lock that was removed by hand, with its folder for example, is made again; nobody can have had it meanwhile. */
  async function confirm(): Promise<boolean> {
    if (heartbeat.hasLapsed()) return renewLapsed();
    const found = await readLock(path);
    if (found) return isOf(ticket, found);
    await makeFolder(dirname(path));
    const again = await acquire(path, leaseMs);
    if ('holder' in again) return false;
    await heartbeat.end();
    ticket = again.ticket;
    heartbeat = startHeartbeat(path, ticket);
    return true;
  }

  /** Others may be about to take over: renewed only with the right to that. A missing lock was taken, and given back since. */
  async function renewLapsed(): Promise<boolean> {
    const started = performance.now();
    while (performance.now() - started < leaseMs) {
      const isOurs = await withRight(path, leaseMs, async () => {
        const found = await readLock(path);
        if (!found || !isOf(ticket, found)) return false;
        const renewed = await renewLock(path, ticket);
        if (renewed) heartbeat.restart();
        return renewed;
      });
      if (isOurs !== undefined) return isOurs;
      await sleep(50);
    }
    return false;
  }

  return {
    confirm,
    async release() {
      const lapsed = heartbeat.hasLapsed();
      await heartbeat.end();
      if (lapsed) await withRight(path, leaseMs, () => removeIfOurs(path, ticket)).catch(() => undefined);
      else await removeIfOurs(path, ticket);
    },
  };
}

async function removeIfOurs(path: string, ticket: Ticket): Promise<void> {
  const found = await readLock(path).catch(() => undefined);
  if (found && isOf(ticket, found)) await rm(path, { force: true }).catch(() => undefined);
}

function isOf({ content: { token } }: Ticket, found: FoundLock): boolean {
  return found.content?.token === token;
}

/** One lease for every owner: DCGAN_LEASE_SECONDS, or a minute. @throws DcganError `usage.bad-lease` */
function leaseFromEnvironment(): number {
  const text = process.env['DCGAN_LEASE_SECONDS'] ?? '60';
  const seconds = Number(text);
  if (seconds >= 1 && seconds <= longestLeaseMs / 1000) return seconds * 1000;
  throw new DcganError('usage.bad-lease', {
    happened: `DCGAN_LEASE_SECONDS is '${text}'.`,
    expected: `A number of seconds from 1 to ${longestLeaseMs / 1000}.`,
    fix: 'Set it to such a number, or unset it for 60.',
  });
}
