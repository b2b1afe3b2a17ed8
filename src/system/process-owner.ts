// Identifies a process in file names and locks, so that what a dead process left behind is recognised, even if its id is reused.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';

/** `unknown`: its id is from another process table (another machine, container or boot), or its start time cannot be read. */
export type OwnerState = 'running' | 'suspended' | 'gone' | 'unknown';

/** This process, as `<pid>-<start time>-<process table>`. The start time tells it from a later process with the same id. */
export function thisOwner(): string {
  return `${process.pid}-${statusOf('self')?.start ?? 0}-${processTable() ?? 'unknown'}`;
}

/** State of a process. Ids are compared only within one boot of one machine and one PID namespace. */
export function ownerState(owner: string): OwnerState {
  const [, pid, start, table] = /^(\d+)-(\d+)-(.*)$/.exec(owner) ?? [];
  if (pid === undefined || table !== processTable()) return 'unknown';
  const status = statusOf(pid);
  if (status === undefined) return isRunning(Number(pid)) ? 'unknown' : 'gone';
  if (status.start !== Number(start) || ended.includes(status.code)) return 'gone';
  return suspended.includes(status.code) ? 'suspended' : 'running';
}

/** Whether the process has ended. One whose state is unknown counts as gone when its file is older than six hours. */
export function isGone(owner: string, ageHours: number): boolean {
  const state = ownerState(owner);
  return state === 'gone' || (state === 'unknown' && ageHours > 6);
}

// State codes in /proc/PID/stat (proc_pid_stat(5)): zombie, dead; stopped by a signal, by a debugger.
const ended = ['Z', 'X'];
const suspended = ['T', 't'];

let cachedTable: string | undefined | null = null; // null: not looked up yet

/** A hash of this boot of this machine and its PID namespace. */
function processTable(): string | undefined {
  if (cachedTable === null) {
    const identity = tableIdentity();
    cachedTable = identity && createHash('sha256').update(identity).digest('hex').slice(0, 12);
  }
  return cachedTable;
}

function tableIdentity(): string | undefined {
  try {
    if (process.platform === 'darwin') {
      return execFileSync('sysctl', ['-n', 'kern.bootsessionuuid'], { encoding: 'utf8' }).trim() || undefined;
    }
    if (readlinkSync('/proc/self') !== String(process.pid)) return undefined; // /proc is of another namespace
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

/** State code and start time of a process, in clock ticks since boot. Only Linux has /proc. */
function statusOf(pid: string): { code: string; start: number } | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').pop()!.split(' ');
    return { code: fields[0]!, start: Number(fields[19]) };
  } catch {
    return undefined;
  }
}
