// Chooses an adapter: the requested one, else the GPU that Dawn prefers. Says why if there is none.
import { existsSync } from 'node:fs';
import { DcganError } from '../../errors.ts';
import type { Adapter } from './dawn.ts';

export interface AdapterRequest {
  /** A name, or a part of it that only one adapter has. */
  device?: string | undefined;
  /** Whether an adapter that computes on the CPU is acceptable. */
  software: boolean;
}

/** @throws Error if no adapter fits. @throws DcganError `engine.unknown-device` */
export function chooseAdapter(
  adapters: readonly Adapter[],
  preferred: Adapter | undefined,
  request: AdapterRequest,
): Adapter {
  if (adapters.length === 0) throw new Error(noAdapter());
  if (request.device !== undefined) return adapterNamed(adapters, request.device);
  const usable = [preferred!, ...adapters].find(({ software }) => request.software || !software);
  if (usable) return usable;
  throw new Error(
    `there is no GPU, only ${preferred!.name}, which computes on the CPU; --engine webgpu uses it anyway`,
  );
}

function adapterNamed(adapters: readonly Adapter[], device: string): Adapter {
  const wanted = device.toLowerCase();
  const exact = adapters.find(({ name }) => name.toLowerCase() === wanted);
  const similar = adapters.filter(({ name }) => wanted !== '' && name.toLowerCase().includes(wanted));
  const found = exact ?? (new Set(similar.map(({ name }) => name)).size === 1 ? similar[0] : undefined);
  if (found) return found;
  throw new DcganError('engine.unknown-device', {
    happened: `${similar.length > 1 ? 'Several adapters are' : 'No adapter is'} called '${device}'.`,
    expected: `Available: ${adapters.map(({ name }) => name).join(', ')}.`,
    fix: `--device '${(similar[0] ?? adapters[0]!).name}'`,
  });
}

/** Environment variables that restrict the Vulkan loader to the named drivers. */
const driverVariables = ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES'] as const;

function noAdapter(): string {
  if (process.platform !== 'linux') return 'Dawn finds no GPU; updating the GPU driver may help';
  const named = driverVariables.find((name) => process.env[name]);
  if (named) return `no Vulkan driver works among those that ${named} names (${process.env[named]})`;
  return 'no Vulkan driver works here; for AMD and Intel GPUs install Mesa (`apt-get install mesa-vulkan-drivers`), for NVIDIA its driver';
}

/** Whether a search for adapters can find any. On Linux without a GPU, the search would print the Vulkan loader's warnings. */
export function mayHaveAdapters({ software }: { software: boolean }): boolean {
  if (process.platform !== 'linux') return true;
  if (software && driverVariables.some((name) => process.env[name])) return true;
  return ['/dev/dri', '/dev/nvidiactl', '/dev/dxg'].some((path) => existsSync(path)); // Mesa, NVIDIA, WSL2
}
