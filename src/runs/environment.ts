// What a run ran on, for environment.json: enough to explain a number later, nothing that names a person or a machine.
import { arch, availableParallelism, cpus, release, totalmem } from 'node:os';
import { packageVersion } from '../system/package-directory.ts';

/** The machine and the versions, as plain JSON. */
export function describeEnvironment(): Record<string, unknown> {
  return {
    time: new Date().toISOString(),
    dcgan: packageVersion(),
    node: process.versions.node,
    platform: `${process.platform} ${arch()}`,
    system: release(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryMiB: Math.round(totalmem() / 2 ** 20),
  };
}
