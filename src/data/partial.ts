// Files and folders being written: named after the process that writes them, so that what a killed one left can be told and removed.
import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';

const abandonedAfterMs = 24 * 60 * 60 * 1000;

/** A name beside `path` that no other process uses: `path.HOST.PID.RANDOM.partial`. */
export function partialPath(path: string): string {
  return `${path}.${hostname()}.${process.pid}.${randomBytes(4).toString('hex')}.partial`;
}

/** Removes what killed processes left of `partialPath(path)`: their process is gone, or nothing has changed for a day. */
export function removeAbandoned(path: string): void {
  const folder = dirname(path);
  const prefix = `${basename(path)}.`;
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(prefix) || !name.endsWith('.partial')) continue;
    const [host, pid] = splitOwner(name.slice(prefix.length));
    const gone = host === hostname() && !isRunning(pid);
    if (gone || isOld(join(folder, name))) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

function splitOwner(name: string): [string, number] {
  const parts = name.split('.');
  return [parts.slice(0, -3).join('.'), Number(parts.at(-3))];
}

function isOld(path: string): boolean {
  const modifiedMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return modifiedMs !== undefined && Date.now() - modifiedMs > abandonedAfterMs;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
