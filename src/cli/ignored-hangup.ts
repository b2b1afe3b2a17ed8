// Detects whether SIGHUP, the signal of a closed terminal, was ignored when this process started.
import { readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

/**
 * Whether the process was started to outlive its terminal: by `nohup`, or from a shell after `trap '' HUP`. Node resets ignored
 * signals to their defaults before any JavaScript runs (ResetSignalHandlers in node.cc), so the process's own signal mask is of no
 * use. What remains: the shell's variable `_`; on Linux, the redirections of GNU nohup (stdin is /dev/null opened for writing,
 * output goes to nohup.out); and the signal mask of the parent process, which children inherit.
 */
export function isHangupIgnored(): boolean {
  if (basename(process.env['_'] ?? '') === 'nohup') return true;
  return isNohupInput() || isNohupOutput() || ignoresHangup(process.ppid);
}

const writeOnly = 1; // O_WRONLY, in the lowest two bits of a descriptor's flags

function isNohupInput(): boolean {
  const flags = /^flags:\s*([0-7]+)$/m.exec(readOnLinux('/proc/self/fdinfo/0'))?.[1];
  return (
    flags !== undefined && (parseInt(flags, 8) & 3) === writeOnly && linkOnLinux('/proc/self/fd/0') === '/dev/null'
  );
}

function isNohupOutput(): boolean {
  return [1, 2].some((descriptor) => basename(linkOnLinux(`/proc/self/fd/${descriptor}`)) === 'nohup.out');
}

/** SIGHUP is signal 1, the lowest bit of the mask. */
function ignoresHangup(pid: number): boolean {
  const mask = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readOnLinux(`/proc/${pid}/status`))?.[1];
  return mask !== undefined && parseInt(mask.slice(-1), 16) % 2 === 1;
}

function readOnLinux(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function linkOnLinux(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
