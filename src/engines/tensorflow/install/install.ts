// `dcgan engine install`: fetches TensorFlow's library from its wheel, compiles the binding against it, and tests both.
// It works in a folder beside the final one, which is renamed when it is complete.
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FileLock, type Holder, tryLock } from '../../../system/file-lock.ts';
import { partialPath, removeAbandoned, replaceFolder } from '../../../system/partial.ts';
import { checkInstallation } from './check.ts';
import { compileBinding, fetchCompiler } from './compiler.ts';
import { supportsCuda, whyNoGpu } from './gpu.ts';
import {
  installationFolder,
  installationIn,
  isInstalled,
  manifestName,
  tensorflowVersion,
  type Variant,
} from './location.ts';
import { findChange, listContents, type Manifest } from './manifest.ts';
import { fetchPackages } from './packages.ts';
import { withCleanupOnSignals } from './processes.ts';
import { folderFailure, freeSomeSpace, type InstallProgress, installFailure, type OnProgress } from './reporting.ts';
import { fetchTensorflow } from './tensorflow-wheels.ts';
import { findToolchain, type Toolchain } from './toolchain.ts';
import { folderBytes } from './wheel.ts';

interface Installed {
  directory: string;
  /** Whether it existed before, or another process installed it meanwhile. */
  alreadyThere: boolean;
  seconds: number;
  sizeMiB: number;
  /** What was damaged in the installation that this one replaced. */
  repaired?: string;
  /** Why a new CUDA installation computes on the CPU, if it does. */
  noGpu?: string;
}

/**
 * Installs one variant of TensorFlow into the user's cache, unless it is there. Safe to run concurrently, and to kill.
 * @throws DcganError `engine.*` for anything that is missing or fails, and then leaves nothing behind
 */
export async function installTensorflow(options: {
  variant: Variant;
  onProgress?: (event: InstallProgress) => void;
}): Promise<Installed> {
  const { variant, onProgress = () => undefined } = options;
  const started = performance.now();
  const directory = installationFolder(variant);
  const repaired = isInstalled(directory) ? await findChange(directory) : undefined;
  const isIntact = isInstalled(directory) && repaired === undefined;
  const alreadyThere = isIntact || !(await buildUnlessThere(directory, variant, onProgress));
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

/** What this machine lacks for an installation, as sentences; empty if nothing. */
export async function missingForInstall(): Promise<string[]> {
  const tools = await findToolchain();
  return 'missing' in tools ? tools.missing.map(({ missing }) => missing) : [];
}

/** @returns false if another process built it while this one waited for the lock */
async function buildUnlessThere(directory: string, variant: Variant, onProgress: OnProgress): Promise<boolean> {
  const tools = await requireToolchain(variant);
  const folder = dirname(directory);
  const lockPath = `${directory}.lock`;
  const partial = partialPath(directory);
  try {
    await mkdir(folder, { recursive: true });
    const lock = await waitForLock(lockPath, onProgress);
    try {
      if (isInstalled(directory) && (await findChange(directory)) === undefined) return false;
      removeAbandoned(folder);
      await requireSpace(folder, variant);
      await withCleanupOnSignals([partial, lockPath], () => build(tools, variant, { directory, partial }, onProgress));
      return true;
    } finally {
      await rm(partial, { recursive: true, force: true, maxRetries: 5 });
      await lock.release();
    }
  } catch (error) {
    throw folderFailure(error, folder);
  }
}

async function waitForLock(path: string, onProgress: OnProgress): Promise<FileLock> {
  let isWaiting = false;
  const onWait = (holder: Holder) => {
    const { pid = 'unknown', host = 'unknown' } = holder;
    const message = `waiting for process ${pid} on ${host}, which is installing the same (its lock is ${path})`;
    if (!isWaiting) onProgress({ phase: 'download', message });
    isWaiting = true;
  };
  for (;;) {
    const taken = await tryLock(path, { onWait });
    if ('lock' in taken) return taken.lock;
    onWait(taken.holder);
    await sleep(500);
  }
}

/** MiB for an installation and the wheel being unpacked. */
const neededMiB: Readonly<Record<Variant, number>> = { cpu: 1300, cuda: 6500 };

/** @throws DcganError `engine.disk-full` before anything is downloaded */
async function requireSpace(folder: string, variant: Variant): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const freeMiB = Math.floor((bavail * bsize) / 1024 ** 2);
  if (freeMiB >= neededMiB[variant]) return;
  throw installFailure(
    'engine.disk-full',
    `TensorFlow (${variant}) needs ${neededMiB[variant]} MiB while it is installed; ${folder} has ${freeMiB} MiB free.`,
    freeSomeSpace,
    { data: { folder, freeMiB, neededMiB: neededMiB[variant] } },
  );
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

/** @throws DcganError that names everything that is missing, with the code of the first */
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
