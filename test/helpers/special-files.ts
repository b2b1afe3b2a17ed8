// Creates folders, named pipes and devices in place of files.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';

export const specialFiles: Readonly<Record<string, { make: (path: string) => void; reason: RegExp }>> = {
  'a folder': { make: (path) => mkdirSync(path), reason: /it is a folder, not a file/ },
  'a named pipe': { make: (path) => execFileSync('mkfifo', [path]), reason: /it is a named pipe, not a file/ },
  'a link to a named pipe': {
    make: (path) => {
      rmSync(`${path}-pipe`, { force: true });
      execFileSync('mkfifo', [`${path}-pipe`]);
      symlinkSync(`${path}-pipe`, path);
    },
    reason: /it is a named pipe, not a file/,
  },
  'a link to an endless device': {
    make: (path) => symlinkSync('/dev/zero', path),
    reason: /it is a device, not a file/,
  },
  'a link to itself': { make: (path) => symlinkSync(path, path), reason: /ELOOP, its links lead in a circle/ },
};

/** Replaces a file. */
export function putInPlace(path: string, make: (path: string) => void): void {
  rmSync(path, { recursive: true, force: true });
  make(path);
}

export const noPipes = process.platform === 'win32' ? 'Windows has no named pipes in folders' : false;
