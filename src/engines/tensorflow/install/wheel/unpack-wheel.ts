// Takes single files out of a wheel (a zip archive, some of them over 2 GB) with Python's own zip library.
import { basename } from 'node:path';
import { lastLines, runProcess } from '../compiler/process.ts';
import type { Python } from '../compiler/python.ts';
import { diskFull, installFailure } from '../failure.ts';

// Writes into a folder each file whose whole name matches; zip libraries do not keep the bit that makes a file executable.
// It stops when its parent is killed, or it would make the folder again after the next installation removed it.
const program = `
import os, re, sys, zipfile
wheel, folder, pattern = sys.argv[1:]
parent = os.getppid()
with zipfile.ZipFile(wheel) as archive:
    for entry in archive.infolist():
        if os.getppid() != parent:
            sys.exit(1)
        if re.fullmatch(pattern, entry.filename) and not entry.is_dir():
            path = archive.extract(entry, folder)
            os.chmod(path, 0o755 if (entry.external_attr >> 16) & 0o111 else 0o644)
`;

/** @throws DcganError `engine.unpack-failed`, `engine.disk-full` */
export async function unpackWheel({ command }: Python, wheel: string, folder: string, files: RegExp): Promise<void> {
  const { exitCode, stderr } = await runProcess(command, ['-c', program, wheel, folder, files.source]);
  if (exitCode === 0) return;
  const happened = `${basename(wheel)} could not be unpacked:\n${lastLines(stderr, 3)}`;
  throw diskFull(stderr, folder) ?? installFailure('engine.unpack-failed', happened, 'Run it again.');
}
