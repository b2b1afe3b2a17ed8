// The machine and software of a run, for environment.json. It names neither the user nor the host.
import { arch, availableParallelism, cpus, release, totalmem } from 'node:os';
import { packageVersion } from '../system/package-directory.ts';

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
