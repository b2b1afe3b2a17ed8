// Reads a process's peak resident memory and processor time from /proc.
import { readFileSync } from 'node:fs';

/** VmHWM of /proc/<pid>/status. */
export function peakMiB(pid: number): number {
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  if (!kibibytes) throw new Error(`/proc/${pid}/status has no VmHWM.`);
  return Number(kibibytes) / 1024;
}

const ticksPerSecond = 100; // USER_HZ, the same on every Linux

/** utime + stime of /proc/<pid>/stat: all threads, user and kernel. */
export function processorSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // from field 3 on; the name before may hold spaces
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}
