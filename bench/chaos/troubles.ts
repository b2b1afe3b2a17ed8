// What is done to a run, a session each. Each gives the sessions' endings, with what they may say if they refuse to go on.
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
import { type Ending, type Place, type Session, startSession } from './session.ts';

export interface Judged {
  ending: Ending;
  /** Signals that were sent and end a process. */
  sent?: NodeJS.Signals;
  /** What a refusal may say. */
  refusal?: RegExp;
}

export interface Trouble {
  name: string;
  /** False, or why this machine or place cannot have it. */
  without(place: Place): string | false;
  happen(place: Place, random: RandomStream): Promise<Judged[]>;
}

const mostWaitMs = 3000;
const always = () => false as const;
const waitAWhile = (random: RandomStream) => sleep(random.uniform() * mostWaitMs);

/** One signal at a random moment, before training begins once in five times. */
function signalled(name: string, signal: NodeJS.Signals): Trouble {
  return {
    name,
    without: always,
    async happen(place, random) {
      const session = startSession(place);
      if (random.below(5) > 0) await session.begun;
      await waitAWhile(random);
      session.process.kill(signal);
      return [{ ending: await session.ended, sent: signal }];
    },
  };
}

/** Lets a session finish, or half of the time kills it at a random moment. */
async function finishOrKill(session: Session, random: RandomStream): Promise<Judged> {
  if (random.below(2) === 0) return { ending: await session.ended };
  await session.begun;
  await waitAWhile(random);
  session.process.kill('SIGKILL');
  return { ending: await session.ended, sent: 'SIGKILL' };
}

const suspended: Trouble = {
  name: 'SIGSTOP beyond its lease, then SIGCONT',
  without: always,
  async happen(place, random) {
    const session = startSession(place);
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

/** The second session is in a container of its own: it cannot see the first one's process, and takes over after its lease. */
const stolen: Trouble = {
  name: 'suspended, taken over from another namespace of process ids, resumed',
  without: () => (hasNamespaces ? false : 'no namespaces of process ids can be made here: needs Linux and root'),
  async happen(place, random) {
    const first = startSession(place);
    await first.begun;
    await waitAWhile(random);
    first.process.kill('SIGSTOP');
    const second = startSession(place, { inside: inNewNamespace });
    await second.begun;
    first.process.kill('SIGCONT');
    const robbed: Judged = { ending: await first.ended, refusal: /taken over this run|is training this run/ };
    return [robbed, { ...(await finishOrKill(second, random)), refusal: /is training this run/ }];
  },
};

/** A lock file of an owner on another machine, who renews it for a while, put in the place of the session's own. */
const replaced: Trouble = {
  name: 'lock replaced by that of another machine',
  without: always,
  async happen(place, random) {
    const session = startSession(place);
    await session.begun;
    await waitAWhile(random);
    const [name] = existsSync(join(place.root, 'checkpoints'))
      ? readdirSync(join(place.root, 'checkpoints')).filter((entry) => entry.endsWith('.lock'))
      : [];
    if (name) {
      const lock = { token: 'of another', owner: '1-1-elsewhere', host: 'elsewhere', leaseMs: 2000 };
      writeFileSync(join(place.root, 'checkpoints', name), JSON.stringify(lock));
    }
    return [{ ending: await session.ended, refusal: /taken over this run/ }];
  },
};

const full: Trouble = {
  name: 'disk full',
  without: ({ isMounted }) => (isMounted ? false : 'no small file system can be mounted here: needs root'),
  async happen(place, random) {
    const session = startSession(place);
    if (random.below(3) > 0) await session.begun;
    await waitAWhile(random);
    const filler = join(place.root, 'filler');
    const { bavail, bsize } = statfsSync(place.root);
    try {
      writeFileSync(filler, Buffer.alloc(Math.max(0, bavail - random.below(8)) * bsize));
    } catch {
      // the run took the last blocks itself: the disk is full all the same
    }
    const ending = await session.ended;
    rmSync(filler, { force: true });
    return [{ ending, refusal: /disk is full/ }];
  },
};

const withoutCache: Trouble = {
  name: "user's cache removed",
  without: always,
  async happen(place, random) {
    const session = startSession(place);
    if (random.below(3) > 0) await session.begun;
    await waitAWhile(random);
    rmSync(place.cache, { recursive: true, force: true });
    if (random.below(2) === 0) writeFileSync(place.cache, 'a file in its place');
    const ending = await session.ended;
    makeCache(place);
    return [{ ending, refusal: /not installed|is damaged|cache/ }];
  },
};

const hasFaketime = spawnSync('faketime', ['-f', '-1d', 'true']).status === 0;

const earlier: Trouble = {
  name: hasFaketime ? 'clock set back two days (faketime)' : 'clock set back two days (Date.now)',
  without: always,
  async happen(place, random) {
    const code = 'const now = Date.now; Date.now = () => now() - 1728e5;';
    const environment = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` };
    const session = hasFaketime
      ? startSession(place, { inside: ['faketime', '-f', '-2d'] })
      : startSession(place, { environment });
    return [await finishOrKill(session, random)];
  },
};

const touched: Trouble = {
  name: 'pictures touched and written again',
  without: always,
  async happen(place, random) {
    const session = startSession(place);
    await waitAWhile(random);
    const pictures = join(place.root, 'pictures');
    for (const name of readdirSync(pictures)) {
      const path = join(pictures, name);
      if (random.below(2) === 0) utimesSync(path, new Date(), new Date());
      else writeFileSync(path, readFileSync(path));
    }
    return [{ ...(await finishOrKill(session, random)), refusal: /pictures|image/ }];
  },
};

export const troubles: readonly Trouble[] = [
  signalled('kill -9', 'SIGKILL'),
  signalled('SIGHUP', 'SIGHUP'),
  signalled('SIGTERM', 'SIGTERM'),
  suspended,
  stolen,
  replaced,
  full,
  withoutCache,
  earlier,
  touched,
];

/** An empty cache, with the native engine where the run needs it. */
export function makeCache({ cache, installed }: Place): void {
  rmSync(cache, { recursive: true, force: true });
  mkdirSync(cache);
  if (installed) symlinkSync(installed, join(cache, 'tensorflow'));
}

/** A small file system in memory, or where none can be mounted just a folder. @returns whether it is one */
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
