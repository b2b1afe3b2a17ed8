// `dcgan engine install`: TensorFlow's library out of its wheel, the binding compiled against it, and both tried.
// Everything happens in a folder beside the final one, which gets its name when it is complete.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { partialPath, removeAbandoned, replaceFolder } from '../../../system/partial.ts';
import { checkInstallation } from './check.ts';
import { compileBinding } from './compiler/compiler.ts';
import { fetchCompiler } from './compiler/fetch-compiler.ts';
import { fetchPackages } from './compiler/packages.ts';
import { findToolchain, type Toolchain } from './compiler/toolchain.ts';
import { findChange } from './damage.ts';
import { folderBytes, requireSpace } from './disk.ts';
import { folderFailure, installFailure } from './failure.ts';
import { whyNoGpu } from './gpu.ts';
import { cleanedOnSignals } from './interruption.ts';
import {
  installationFolder,
  installationIn,
  isInstalled,
  manifestName,
  tensorflowVersion,
  type Variant,
} from './location.ts';
import { takeLock } from './lock.ts';
import { listContents, type Manifest } from './manifest.ts';
import type { InstallProgress, OnProgress } from './progress.ts';
import { supportsCuda } from './variant.ts';
import { fetchTensorflow } from './wheel/fetch-tensorflow.ts';

interface Installed {
  directory: string;
  /** It was there before, or another process made it meanwhile. */
  alreadyThere: boolean;
  seconds: number;
  sizeMiB: number;
  /** What was wrong with the installation that this one replaces. */
  repaired?: string;
  /** Why a new CUDA installation computes on the CPU, if it does. */
  noGpu?: string;
}

/**
 * Installs one variant of TensorFlow into the user's cache, unless it is there. Safe to run twice at once, and to kill.
 * @throws DcganError `engine.*` for everything that is missing or goes wrong; nothing is left behind then
 */
export async function installTensorflow(options: {
  variant: Variant;
  onProgress?: (event: InstallProgress) => void;
}): Promise<Installed> {
  const { variant, onProgress = () => undefined } = options;
  const started = performance.now();
  const directory = installationFolder(variant);
  const repaired = isInstalled(directory) ? await findChange(directory) : undefined;
  const isSound = isInstalled(directory) && repaired === undefined;
  const alreadyThere = isSound || !(await buildUnlessThere(directory, variant, onProgress));
  const sizeMiB = Math.round((await folderBytes(directory)) / 1024 ** 2);
  const isNewCuda = variant === 'cuda' && !alreadyThere;
  const noGpu = isNewCuda ? await whyNoGpu(installationIn(directory, variant)) : undefined;
  const seconds = (performance.now() - started) / 1000;
  return {
    directory,
    alreadyThere,
    seconds,
    sizeMiB,
    ...(repaired && { repaired }),
    ...(noGpu === undefined ? {} : { noGpu }),
  };
}

/** What is missing on this machine to install at all, as sentences; empty if it can be done. */
export async function missingForInstall(): Promise<string[]> {
  const tools = await findToolchain();
  return 'missing' in tools ? tools.missing.map(({ missing }) => missing) : [];
}

/** @returns false if another process built it while this one waited for the lock */
async function buildUnlessThere(directory: string, variant: Variant, onProgress: OnProgress): Promise<boolean> {
  const tools = await requireToolchain(variant);
  const folder = dirname(directory);
  const lock = `${directory}.lock`;
  const partial = partialPath(directory);
  try {
    await mkdir(folder, { recursive: true });
    const giveBack = await takeLock(lock, ({ pid = 'unknown', host = 'unknown' }) => {
      const message = `waiting for process ${pid} on ${host}, which is installing the same (its lock is ${lock})`;
      onProgress({ phase: 'download', message });
    });
    try {
      if (isInstalled(directory) && (await findChange(directory)) === undefined) return false;
      removeAbandoned(folder);
      await requireSpace(folder, variant);
      await cleanedOnSignals([partial, lock], () => build(tools, variant, { directory, partial }, onProgress));
      return true;
    } finally {
      await rm(partial, { recursive: true, force: true, maxRetries: 5 });
      await giveBack();
    }
  } catch (error) {
    throw folderFailure(error, folder);
  }
}

async function build(
  tools: Toolchain,
  variant: Variant,
  { directory, partial }: { directory: string; partial: string },
  onProgress: OnProgress,
): Promise<void> {
  const work = join(partial, 'work');
  await mkdir(work, { recursive: true });
  const packages = await fetchPackages({ installation: partial, work }, onProgress);
  const { libraries, include, wheels } = await fetchTensorflow(
    tools,
    variant,
    { installation: partial, work },
    onProgress,
  );
  const compiler = tools.compiler ?? (await fetchCompiler(tools, work, onProgress));

  onProgress({ phase: 'compile', message: `compiling the binding with ${compiler.name}` });
  const folders = { ...packages, include, installation: partial, temporary: work };
  await compileBinding(compiler, folders, libraries);
  await rm(work, { recursive: true });

  onProgress({ phase: 'check', message: 'computing a convolution and its gradients' });
  await checkInstallation(installationIn(partial, variant));
  const manifest: Manifest = {
    tensorflow: tensorflowVersion,
    variant,
    wheels,
    compiler: compiler.name,
    node: process.version,
    ...(await listContents(partial)),
  };
  await writeFile(join(partial, manifestName), `${JSON.stringify(manifest, undefined, 2)}\n`);
  await replaceFolder(directory, partial); // replaces a damaged one: the lock is ours, and an intact one would have been found
}

/** @throws DcganError with everything that is missing in one text; its code is that of the first */
async function requireToolchain(variant: Variant): Promise<Toolchain> {
  const where = `${process.platform} ${process.arch}`;
  if (variant === 'cuda' && !supportsCuda) {
    throw installFailure('engine.no-cuda', `TensorFlow has no CUDA on ${where}.`, 'Install the other one: --cpu.');
  }
  const tools = await findToolchain();
  if (!('missing' in tools)) return tools;
  const sentences = tools.missing.map(({ missing }) => missing).join('\n');
  throw installFailure(tools.missing[0]!.code, `TensorFlow cannot be installed here (${where}).`, sentences);
}
