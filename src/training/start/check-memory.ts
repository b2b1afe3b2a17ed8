// Checks before the first step that a training run fits into this machine's memory.
import { freemem, totalmem } from 'node:os';
import type { EngineInfo } from '../../engines/engine.ts';
import { DcganError } from '../../errors.ts';
import type { MemoryNeed } from './memory.ts';

export interface MemoryOutlook {
  expectedMiB: number;
  freeMiB: number;
}

/**
 * Undefined on a GPU, which has its own memory.
 * @throws DcganError `engine.memory` if the machine has less than the lower bound
 */
export function checkMemory(
  need: MemoryNeed,
  { device }: Pick<EngineInfo, 'device'>,
  machine = memoryHere(),
): MemoryOutlook | undefined {
  if (!device.startsWith('CPU')) return undefined;
  const expectedMiB = Math.round(need.expectedMiB);
  const freeMiB = Math.round(machine.freeMiB);
  if (need.minMiB <= machine.totalMiB) return { expectedMiB, freeMiB };
  throw new DcganError(
    'engine.memory',
    {
      happened: `This training needs ${Math.ceil(need.minMiB)} MiB of memory at least, probably about ${expectedMiB} MiB, but the machine has ${Math.floor(machine.totalMiB)} MiB.`,
      expected: 'The estimate follows from the shapes of both networks and the batch size.',
      fix: 'Lower training.batchSize, data.size or the filters of the layers.',
    },
    { data: { ...need, ...machine } },
  );
}

/** The machine's memory, or the part that a container's limit leaves to this process. */
function memoryHere(): { totalMiB: number; freeMiB: number } {
  const limit = process.constrainedMemory() || Number.POSITIVE_INFINITY; // 0 where there is none
  const total = Math.min(totalmem(), limit);
  const free = Math.min(freemem(), limit - process.memoryUsage.rss());
  return { totalMiB: total / 2 ** 20, freeMiB: free / 2 ** 20 };
}
