// The faults, each injected into one or more sessions of a run, with the errors it may cause.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RandomStream } from '../../src/random.ts';
import { type Ending, type Session, startSession, type Workspace } from './session.ts';

export interface SessionResult {
  ending: Ending;
  /** A signal that was sent and may end the process. */
  sent?: NodeJS.Signals;
  /** Errors the session may end with. */
  refusal?: RegExp;
}

export interface Fault {
  name: string;
  /** Why the fault cannot be injected here; false if it can. */
  unavailable(workspace: Workspace): string | false;
  inject(workspace: Workspace, random: RandomStream): Promise<SessionResult[]>;
}

const maxWaitMs = 3000;
const never = () => false as const;
const waitAWhile = (random: RandomStream) => sleep(random.uniform() * maxWaitMs);

/** Sends a signal at a random moment, in one of five cases before training begins. */
function signalled(name: string, signal: NodeJS.Signals): Fault {
  return {
    name,
    unavailable: never,
    async inject(workspace, random) {
      const session = startSession(workspace);
      if (random.below(5) > 0) await session.begun;
      await waitAWhile(random);
      session.process.kill(signal);
      return [{ ending: await session.ended, sent: signal }];
    },
  };
}

/** Lets the session finish or, half of the time, kills it at a random moment. */
async function finishOrKill(session: Session, random: RandomStream): Promise<SessionResult> {
  if (random.below(2) === 0) return { ending: await session.ended };
  await session.begun;
  await waitAWhile(random);
  session.process.kill('SIGKILL');
  return { ending: await session.ended, sent: 'SIGKILL' };
}

const suspended: Fault = {
  name: 'SIGSTOP beyond its lease, then SIGCONT',
  unavailable: never,
  async inject(workspace, random) {
    const session = startSession(workspace);
    await session.begun;
    for (let times = 0; times < 2; times++) {
      await waitAWhile(random);
      session.process.kill('SIGSTOP');
      await sleep(random.uniform() * 4000);
      session.process.kill('SIGCONT');
    }
    return [await finishOrKill(session, random)];
  },
};

const inNewNamespace = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'];
const hasNamespaces = spawnSync(inNewNamespace[0]!, [...inNewNamespace.slice(1), 'true']).status === 0;

/** The second session runs in its own PID namespace, so it cannot see the first one's process and takes over after the lease. */
const takenOver: Fault = {
  name: 'suspended, taken over from another PID namespace, resumed',
  unavailable: () => (hasNamespaces ? false : 'PID namespaces need Linux and root'),
  async inject(workspace, random) {
    const first = startSession(workspace);
    await first.begun;
    await waitAWhile(random);
    first.process.kill('SIGSTOP');
    const second = startSession(workspace, { inside: inNewNamespace });
    await second.begun;
    first.process.kill('SIGCONT');
    const displaced: SessionResult = { ending: await first.ended, refusal: /taken over this run|is training this run/ };
    return [displaced, { ...(await finishOrKill(second, random)), refusal: /is training this run/ }];
  },
};

/** Replaces the session's lock file with one of an owner on another machine. */
const replaced: Fault = {
  name: 'lock replaced by that of another machine',
  unavailable: never,
  async inject(workspace, random) {
    const session = startSession(workspace);
    await session.begun;
    await waitAWhile(random);
    const [name] = existsSync(join(workspace.root, 'checkpoints'))
      ? readdirSync(join(workspace.root, 'checkpoints')).filter((entry) => entry.endsWith('.lock'))
      : [];
    if (name) {
      const lock = { token: 'of another', owner: '1-1-elsewhere', host: 'elsewhere', leaseMs: 2000 };
      writeFileSync(join(workspace.root, 'checkpoints', name), JSON.stringify(lock));
    }
    return [{ ending: await session.ended, refusal: /taken over this run/ }];
  },
};

const full: Fault = {
  name: 'disk full',
  unavailable: ({ isMounted }) => (isMounted ? false : 'mounting an in-memory file system needs root'),
  async inject(workspace, random) {
    const session = startSession(workspace);
    if (random.below(3) > 0) await session.begun;
    await waitAWhile(random);
    const filler = join(workspace.root, 'filler');
    const { bavail, bsize } = statfsSync(workspace.root);
    try {
      writeFileSync(filler, Buffer.alloc(Math.max(0, bavail - random.below(8)) * bsize));
    } catch {
      // the run took the last blocks itself, so the disk is full anyway
    }
    const ending = await session.ended;
    rmSync(filler, { force: true });
    return [{ ending, refusal: /disk is full/ }];
  },
};

const withoutCache: Fault = {
  name: "user's cache removed",
  unavailable: never,
  async inject(workspace, random) {
    const session = startSession(workspace);
    if (random.below(3) > 0) await session.begun;
    await waitAWhile(random);
    rmSync(workspace.cache, { recursive: true, force: true });
    if (random.below(2) === 0) writeFileSync(workspace.cache, 'a file in its workspace');
    const ending = await session.ended;
    makeCache(workspace);
    return [{ ending, refusal: /not installed|is damaged|cache/ }];
  },
};

const hasFaketime = spawnSync('faketime', ['-f', '-1d', 'true']).status === 0;

const clockSetBack: Fault = {
  name: hasFaketime ? 'clock set back two days (faketime)' : 'clock set back two days (Date.now)',
  unavailable: never,
  async inject(workspace, random) {
    const code = 'const now = Date.now; Date.now = () => now() - 1728e5;';
    const environment = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` };
    const session = hasFaketime
      ? startSession(workspace, { inside: ['faketime', '-f', '-2d'] })
      : startSession(workspace, { environment });
    return [await finishOrKill(session, random)];
  },
};

const touched: Fault = {
  name: 'pictures touched and written again',
  unavailable: never,
  async inject(workspace, random) {
    const session = startSession(workspace);
    await waitAWhile(random);
    const pictures = join(workspace.root, 'pictures');
    for (const name of readdirSync(pictures)) {
      const path = join(pictures, name);
      if (random.below(2) === 0) utimesSync(path, new Date(), new Date());
      else writeFileSync(path, readFileSync(path));
    }
    return [{ ...(await finishOrKill(session, random)), refusal: /pictures|image/ }];
  },
};

export const faults: readonly Fault[] = [
  signalled('kill -9', 'SIGKILL'),
  signalled('SIGHUP', 'SIGHUP'),
  signalled('SIGTERM', 'SIGTERM'),
  suspended,
  takenOver,
  replaced,
  full,
  withoutCache,
  clockSetBack,
  touched,
];

/** Creates an empty cache, with a link to the native engine if the run needs it. */
export function makeCache({ cache, installed }: Workspace): void {
  rmSync(cache, { recursive: true, force: true });
  mkdirSync(cache);
  if (installed) symlinkSync(installed, join(cache, 'tensorflow'));
}

/** Mounts a small in-memory file system; creates a plain folder if it cannot. @returns whether it was mounted */
export function mountSmall(folder: string): boolean {
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'dcgan-chaos', folder], { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
}

export function unmount(folder: string): void {
  execFileSync('umount', ['-l', folder], { stdio: 'pipe' });
}
