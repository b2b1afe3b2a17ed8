// Which adapter computes: the one that was asked for, else the GPU that Dawn prefers; or why there is none.
import { existsSync } from 'node:fs';
import { DcganError } from '../../errors.ts';
import type { Adapter } from './dawn.ts';

export interface Wish {
  /** A name, or a part of it that only one adapter has. */
  device?: string | undefined;
  /** Also an adapter that is no GPU. */
  software: boolean;
}

/** @throws Error where no adapter will do. @throws DcganError `engine.unknown-device` */
export function chooseAdapter(adapters: readonly Adapter[], preferred: Adapter | undefined, wish: Wish): Adapter {
  if (adapters.length === 0) throw new Error(noAdapter());
  if (wish.device !== undefined) return adapterNamed(adapters, wish.device);
  const usable = [preferred!, ...adapters].find(({ software }) => wish.software || !software);
  if (usable) return usable;
  throw new Error(
    `there is no GPU, only ${preferred!.name}, which computes on the processor; --engine webgpu takes it nevertheless`,
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

/** What lets the Vulkan loader see these drivers only. */
const driverVariables = ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES'] as const;

function noAdapter(): string {
  if (process.platform !== 'linux') return 'Dawn finds no GPU; the newest driver of its maker may help';
  const named = driverVariables.find((name) => process.env[name]);
  if (named) return `no Vulkan driver works among those that ${named} names (${process.env[named]})`;
  return 'no Vulkan driver works here; `apt-get install mesa-vulkan-drivers` or the like brings those for AMD and Intel, for NVIDIA its own driver does';
}

/** Whether looking for adapters may find any. On Linux without a GPU, looking prints the Vulkan loader's complaints. */
export function mayHaveAdapters({ software }: { software: boolean }): boolean {
  if (process.platform !== 'linux') return true;
  if (software && driverVariables.some((name) => process.env[name])) return true;
  return ['/dev/dri', '/dev/nvidiactl', '/dev/dxg'].some((path) => existsSync(path)); // Mesa, NVIDIA, WSL2
}
