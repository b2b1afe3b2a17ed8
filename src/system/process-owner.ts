// Which process something belongs to: written into names, so that what a dead process left behind is recognised.
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** This process, as `<pid>-<start>-<host>`. The start tells it from a later process with the same id. */
export function thisOwner(): string {
  return `${process.pid}-${startOf(process.pid) ?? 0}-${hostname()}`;
}

/**
 * Whether the process is surely gone. Of one on another machine (a shared home folder) nothing is known:
 * it counts as gone when what it left is older than six hours.
 */
export function isGone(owner: string, ageHours: number): boolean {
  const [, pid, start, host] = /^(\d+)-(\d+)-(.*)$/.exec(owner) ?? [];
  if (pid === undefined || host !== hostname()) return ageHours > 6;
  return !isRunning(Number(pid)) || (startOf(Number(pid)) ?? Number(start)) !== Number(start);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** When a process was started, in clock ticks since the machine was. Only Linux says. */
function startOf(pid: number): number | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').pop()!.split(' ');
    return Number(fields[19]);
  } catch {
    return undefined;
  }
}
