// Which process something belongs to: written into names and locks, so that what a dead process left behind is recognised.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';

/** `unknown`: the process counts in another table of ids (another machine, container or boot), or its start cannot be read. */
export type OwnerState = 'running' | 'suspended' | 'gone' | 'unknown';

/** This process, as `<pid>-<start>-<place>`. The start distinguishes it from a later process with the same id. */
export function thisOwner(): string {
  return `${process.pid}-${statusOf('self')?.start ?? 0}-${processPlace() ?? 'unknown'}`;
}

/** What is known of a process. Ids are compared only within one boot of one machine and one namespace of process ids. */
export function ownerState(owner: string): OwnerState {
  const [, pid, start, place] = /^(\d+)-(\d+)-(.*)$/.exec(owner) ?? [];
  if (pid === undefined || place !== processPlace()) return 'unknown';
  const status = statusOf(pid);
  if (status === undefined) return isRunning(Number(pid)) ? 'unknown' : 'gone';
  if (status.start !== Number(start) || ended.includes(status.code)) return 'gone';
  return suspended.includes(status.code) ? 'suspended' : 'running';
}

/** Whether the process is surely gone. Where nothing is known of it, it counts as gone when what it left is older than six hours. */
export function isGone(owner: string, ageHours: number): boolean {
  const state = ownerState(owner);
  return state === 'gone' || (state === 'unknown' && ageHours > 6);
}

// Letters of /proc/PID/stat: a zombie, dead; stopped by a signal, by a debugger.
const ended = ['Z', 'X'];
const suspended = ['T', 't'];

let place: string | undefined | null = null; // null: not looked up yet

/** Names the table that this process's id is from: this boot of this machine and its namespace of process ids. */
function processPlace(): string | undefined {
  if (place === null) {
    const table = processTable();
    place = table && createHash('sha256').update(table).digest('hex').slice(0, 12);
  }
  return place;
}

function processTable(): string | undefined {
  try {
    if (process.platform === 'darwin') {
      return execFileSync('sysctl', ['-n', 'kern.bootsessionuuid'], { encoding: 'utf8' }).trim() || undefined;
    }
    if (readlinkSync('/proc/self') !== String(process.pid)) return undefined; // /proc shows another namespace
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8') + readlinkSync('/proc/self/ns/pid');
  } catch {
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A process's state as a letter, and when it was started, in clock ticks since the machine was. Only Linux tells. */
function statusOf(pid: string): { code: string; start: number } | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').pop()!.split(' ');
    return { code: fields[0]!, start: Number(fields[19]) };
  } catch {
    return undefined;
  }
}
