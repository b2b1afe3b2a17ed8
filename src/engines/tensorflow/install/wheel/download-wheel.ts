// Downloads a wheel with pip, which knows the user's mirrors, proxies and certificates, and checks the file's hash.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { lastLines, runProcess } from '../compiler/process.ts';
import type { Python } from '../compiler/python.ts';
import { folderBytes } from '../disk.ts';
import { diskFull, installFailure } from '../failure.ts';

// Of Python 3.11 whichever Python is here: none of its Python code is used.
const wheelTags = ['--python-version', '3.11', '--implementation', 'cp', '--abi', 'cp311'];

/**
 * @param requirement as pip takes it, e.g. `tensorflow-cpu==2.21.0`
 * @param folders an empty one for the wheel, and one for pip's temporary files
 * @param platforms in pip's words, e.g. `manylinux_2_27_x86_64`
 * @param onBytes told twice a second how many bytes are there, and of how many once pip has said it
 * @returns the wheel's path
 * @throws DcganError `engine.download-failed`, `engine.disk-full`
 */
export async function downloadWheel(
  { command }: Python,
  requirement: string,
  folders: { wheels: string; temporary: string },
  platforms: readonly string[],
  onBytes: (done: number, total: number | undefined) => void,
): Promise<string> {
  const args = [
    ...['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--no-cache-dir', '--progress-bar', 'off'],
    ...['--disable-pip-version-check', '--no-input', '--retries', '3', ...wheelTags],
    ...platforms.flatMap((platform) => ['--platform', platform]),
    ...['--dest', folders.wheels, requirement],
  ];
  const environment = { TMPDIR: folders.temporary, PIP_REQUIRE_VIRTUALENV: '0' };
  let total: number | undefined;
  const onOutput = (text: string) => {
    total = announcedBytes(text) ?? total;
  };
  const stopWatching = watchFolder(folders.temporary, (done) => onBytes(done, total));
  const { exitCode, stdout, stderr } = await runProcess(command, args, { environment, onOutput }).finally(stopWatching);

  const [wheel] = (await readdir(folders.wheels)).filter((name) => name.endsWith('.whl'));
  if (exitCode === 0 && wheel) return join(folders.wheels, wheel);
  throw diskFull(stdout + stderr, folders.wheels) ?? downloadFailure(requirement, stderr);
}

function watchFolder(folder: string, onBytes: (done: number) => void): () => void {
  let watching = true;
  const timer = setInterval(async () => {
    const bytes = await folderBytes(folder);
    if (watching) onBytes(bytes);
  }, 500);
  return () => {
    watching = false;
    clearInterval(timer);
  };
}

/** pip's `Downloading NAME.whl (273.8 MB)`, where a MB is 1000 kB. */
function announcedBytes(text: string): number | undefined {
  const [, amount, unit] = /Downloading .*\.whl \(([\d.]+) ([kMG])B\)/.exec(text) ?? [];
  const bytesOf: Record<string, number> = { k: 1e3, M: 1e6, G: 1e9 };
  return amount && unit ? Math.round(Number(amount) * bytesOf[unit]!) : undefined;
}

/** pip's errors, and of its warnings the first that tells why a connection failed. */
function downloadFailure(requirement: string, stderr: string): Error {
  const retry = /Retrying .* after connection broken by '?(.*?)'?: \/.*$/m.exec(stderr)?.[1];
  const errors = stderr.split('\n').filter((line) => /^(ERROR|[\w.]*Error)\b/.test(line));
  const words = [retry, ...errors.slice(-3)].filter(Boolean).join('\n') || lastLines(stderr, 4);
  return installFailure(
    'engine.download-failed',
    `pip could not download ${requirement}:\n${words}`,
    'Check the network (pip takes a proxy from the variable https_proxy, a mirror from PIP_INDEX_URL), then run it again.',
    { data: { requirement } },
  );
}
