// dcgan engine info: the engine in use, why each other engine is not, and the WebGPU adapters.
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
  /** Why a CUDA build computes on the CPU, with the libraries TensorFlow cannot open. */
  cudaIdle?: string;
  /** Number of files of the native engine compared with their checksums. */
  verifiedFiles?: number;
}

/**
 * @param options `verify`: compares the native engine's files with their checksums
 * @throws DcganError `engine.damaged` if they differ
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
    adapters: await findAdapters(),
    ...(cudaIdle !== undefined && { cudaIdle }),
    ...(verifiedFiles !== undefined && { verifiedFiles }),
  };
}

/** Undefined if nothing is installed. */
async function verifyInstallation(): Promise<number | undefined> {
  const installation = findInstallation();
  return installation && (await verifyFiles(installation));
}

/** Reported here even without a GPU; training reports it only if there is one. */
async function whyCudaIsIdle(): Promise<string | undefined> {
  const installation = findInstallation();
  return installation?.variant === 'cuda' ? whyNoGpu(installation) : undefined;
}

/** Empty if Dawn is missing, which is then the reason for not choosing webgpu. */
async function findAdapters(): Promise<Adapter[]> {
  if (!mayHaveAdapters({ software: true })) return [];
  return loadDawn().then(listAdapters, () => []);
}
