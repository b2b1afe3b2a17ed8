// Downloads a wheel with pip, which knows the user's mirrors, proxies and certificates, and unpacks files from it.
import { lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { lastLines, runProcess } from './processes.ts';
import { diskFull, installFailure, type OnProgress } from './reporting.ts';

export interface Pip {
  /** The command of a Python 3 that has pip. */
  python: string;
  /** pip's platform tags, e.g. `manylinux_2_27_x86_64`. */
  platforms: readonly string[];
}

/**
 * Downloads and unpacks one wheel, and deletes it, so that only one is on the disk at a time.
 * @param requirement in pip's format, e.g. `tensorflow-cpu==2.21.0`
 * @param keep which files are unpacked into which folders
 * @param work a folder for temporary files
 * @returns the wheel's file name
 * @throws DcganError `engine.download-failed`, `engine.unpack-failed`, `engine.disk-full`
 */
export async function fetchWheel(
  pip: Pip,
  requirement: string,
  keep: readonly { pattern: RegExp; folder: string }[],
  work: string,
  onProgress: OnProgress,
): Promise<string> {
  const message = `downloading ${requirement}`;
  onProgress({ phase: 'download', message });
  const wheel = await downloadWheel(pip, requirement, work, (done, total) => {
    onProgress({ phase: 'download', message, done, ...(total === undefined ? {} : { total }) });
  });
  onProgress({ phase: 'unpack', message: `unpacking ${basename(wheel)}` });
  for (const { pattern, folder } of keep) await unpackWheel(pip, wheel, folder, pattern);
  await rm(wheel);
  return basename(wheel);
}

// CPython 3.11's wheel, whichever Python runs pip, since the wheel's Python code is not used.
const wheelTags = ['--python-version', '3.11', '--implementation', 'cp', '--abi', 'cp311'];

/**
 * @param onBytes called twice a second with the bytes so far, and their total once pip has announced it
 * @returns the wheel's path; pip has checked its hash
 */
async function downloadWheel(
  { python, platforms }: Pip,
  requirement: string,
  work: string,
  onBytes: (done: number, total: number | undefined) => void,
): Promise<string> {
  const [wheels, temporary] = [join(work, 'wheels'), join(work, 'temporary')];
  for (const folder of [wheels, temporary]) await mkdir(folder, { recursive: true });
  const args = [
    ...['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--no-cache-dir', '--progress-bar', 'off'],
    ...['--disable-pip-version-check', '--no-input', '--retries', '3', ...wheelTags],
    ...platforms.flatMap((platform) => ['--platform', platform]),
    ...['--dest', wheels, requirement],
  ];
  const environment = { TMPDIR: temporary, PIP_REQUIRE_VIRTUALENV: '0' };
  let total: number | undefined;
  const onOutput = (text: string) => {
    total = announcedBytes(text) ?? total;
  };
  const stopWatching = watchSize(temporary, (done) => onBytes(done, total));
  const { exitCode, stdout, stderr } = await runProcess(python, args, { environment, onOutput }).finally(stopWatching);

  const [wheel] = (await readdir(wheels)).filter((name) => name.endsWith('.whl'));
  if (exitCode === 0 && wheel) return join(wheels, wheel);
  throw diskFull(stdout + stderr, wheels) ?? downloadFailure(requirement, stderr);
}

function watchSize(folder: string, onBytes: (done: number) => void): () => void {
  let isWatching = true;
  const timer = setInterval(async () => {
    const bytes = await folderBytes(folder);
    if (isWatching) onBytes(bytes);
  }, 500);
  return () => {
    isWatching = false;
    clearInterval(timer);
  };
}

/** The total size of a folder's files, which other programs may be changing. Links count as 0. */
export async function folderBytes(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const sizes = names.map(async (name) => {
    const entry = await lstat(join(folder, name)).catch(() => undefined);
    return entry?.isFile() ? entry.size : 0;
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** Parses pip's `Downloading NAME.whl (273.8 MB)`, where a MB is 1000 kB. */
function announcedBytes(text: string): number | undefined {
  const [, amount, unit] = /Downloading .*\.whl \(([\d.]+) ([kMG])B\)/.exec(text) ?? [];
  const bytesOf: Record<string, number> = { k: 1e3, M: 1e6, G: 1e9 };
  return amount && unit ? Math.round(Number(amount) * bytesOf[unit]!) : undefined;
}

/** Reports pip's errors, and the first of its warnings that says why a connection failed. */
function downloadFailure(requirement: string, stderr: string): Error {
  const retry = /Retrying .* after connection broken by '?(.*?)'?: \/.*$/m.exec(stderr)?.[1];
  const errors = stderr.split('\n').filter((line) => /^(ERROR|[\w.]*Error)\b/.test(line));
  const details = [retry, ...errors.slice(-3)].filter(Boolean).join('\n') || lastLines(stderr, 4);
  return installFailure(
    'engine.download-failed',
    `pip could not download ${requirement}:\n${details}`,
    'Check the network (pip takes a proxy from the variable https_proxy, a mirror from PIP_INDEX_URL), then run it again.',
    { data: { requirement } },
  );
}

// Python's zip library reads entries over 2 GB. It extracts each file whose whole name matches, and its executable bit is set here.
// The script stops when its parent is killed, or it would recreate the folder after the next installation removed it.
const unpackScript = `
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

async function unpackWheel({ python }: Pip, wheel: string, folder: string, files: RegExp): Promise<void> {
  const { exitCode, stderr } = await runProcess(python, ['-c', unpackScript, wheel, folder, files.source]);
  if (exitCode === 0) return;
  const happened = `${basename(wheel)} could not be unpacked:\n${lastLines(stderr, 3)}`;
  throw diskFull(stderr, folder) ?? installFailure('engine.unpack-failed', happened, 'Run it again.');
}
