// dcgan engine info: what computes here, for each engine that does not, why, and the adapters that WebGPU could use.
import type { EngineInfo } from '../engines/engine.ts';
import { type EngineChoice, engineNames, type OpenedEngine, openEngine } from '../engines/open.ts';
import { whyNoGpu } from '../engines/tensorflow/install/gpu.ts';
import { findInstallation } from '../engines/tensorflow/install/location.ts';
import { verifyFiles } from '../engines/tensorflow/install/manifest.ts';
import { mayHaveAdapters } from '../engines/webgpu/choose.ts';
import { type Adapter, listAdapters, loadDawn } from '../engines/webgpu/dawn.ts';

export interface EngineReport extends EngineInfo {
  notChosen: OpenedEngine['notChosen'];
  adapters: Adapter[];
  /** Why a CUDA build computes on the CPU, with the libraries that TensorFlow cannot open. */
  cudaIdle?: string;
  /** How many files of the native engine have been compared with their checksums. */
  verifiedFiles?: number;
}

/**
 * @param options `verify`: compares every byte of the native engine's files with what was installed
 * @throws DcganError `engine.damaged` where they differ
 */
export async function engineInfo(
  choice: EngineChoice['engine'],
  device?: string,
  { verify }: { verify: boolean } = { verify: false },
): Promise<EngineReport> {
  const verifiedFiles = verify ? await verifyInstallation() : undefined;
  const opened = await openEngine(choice, device, { precision: 'auto' });
  const { info } = opened.engine;
  const { name } = info;
  const reason = choice === 'auto' && device === undefined ? `${name} works and comes first` : `${name} was asked for`;
  const others = engineNames.filter(
    (other) => other !== name && !opened.notChosen.some((known) => known.name === other),
  );
  const notChosen = [...opened.notChosen, ...others.map((other) => ({ name: other, reason }))];
  const cudaIdle = name === 'tensorflow' && !info.gpu ? await whyCudaIsIdle() : undefined;
  return {
    ...info,
    notChosen,
    adapters: await adaptersHere(),
    ...(cudaIdle !== undefined && { cudaIdle }),
    ...(verifiedFiles !== undefined && { verifiedFiles }),
  };
}

/** Undefined where nothing is installed. */
async function verifyInstallation(): Promise<number | undefined> {
  const installation = findInstallation();
  return installation && (await verifyFiles(installation));
}

/** While training that is no complaint where there is no GPU; here somebody asks. */
async function whyCudaIsIdle(): Promise<string | undefined> {
  const installation = findInstallation();
  return installation?.variant === 'cuda' ? whyNoGpu(installation) : undefined;
}

/** None where Dawn is missing; then that is the reason why webgpu is not chosen. */
async function adaptersHere(): Promise<Adapter[]> {
  if (!mayHaveAdapters({ software: true })) return [];
  return loadDawn().then(listAdapters, () => []);
}
