// One wheel: downloaded with pip, unpacked, deleted, so that only one lies on the disk at a time.
import { mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Python } from '../compiler/python.ts';
import type { OnProgress } from '../progress.ts';
import { downloadWheel } from './download-wheel.ts';
import { unpackWheel } from './unpack-wheel.ts';

/**
 * @param requirement as pip takes it, e.g. `tensorflow-cpu==2.21.0`
 * @param keep which files go where
 * @param work a folder for everything that is temporary
 * @returns the wheel's file name
 * @throws DcganError `engine.download-failed`, `engine.unpack-failed`, `engine.disk-full`
 */
export async function fetchWheel(
  { python, platforms }: { python: Python; platforms: readonly string[] },
  requirement: string,
  keep: readonly { pattern: RegExp; folder: string }[],
  work: string,
  onProgress: OnProgress,
): Promise<string> {
  const wheels = join(work, 'wheels');
  const temporary = join(work, 'temporary');
  for (const folder of [wheels, temporary]) await mkdir(folder, { recursive: true });

  onProgress({ phase: 'download', message: `downloading ${requirement}` });
  const wheel = await downloadWheel(python, requirement, { wheels, temporary }, platforms, (done, total) => {
    const size = total === undefined ? {} : { total };
    onProgress({ phase: 'download', message: `downloading ${requirement}`, done, ...size });
  });
  onProgress({ phase: 'unpack', message: `unpacking ${basename(wheel)}` });
  for (const { pattern, folder } of keep) await unpackWheel(python, wheel, folder, pattern);
  await rm(wheel);
  return basename(wheel);
}
