// The engine commands: installation with a progress bar, and a report of the engine in use.
import { type EngineExtra, installExtra } from '../../commands/engine-extra.ts';
import { type EngineReport, engineInfo } from '../../commands/engine-info.ts';
import { type EngineInstallResult, engineInstall } from '../../commands/engine-install.ts';
import type { EngineChoice } from '../../engines/open.ts';
import type { Adapter } from '../../engines/webgpu/dawn.ts';
import { printable } from '../../errors.ts';
import { formatCount } from '../output/format.ts';
import type { Cli, Outcome } from '../output/outcome.ts';
import type { Progress } from '../output/progress.ts';

interface InstallFlags {
  cpu?: boolean;
  cuda?: boolean;
  webgpu?: boolean;
  onnx?: boolean;
  ifPossible?: boolean;
}

export async function runInstall(flags: InstallFlags, { progress }: Cli): Promise<Outcome> {
  if (flags.webgpu) return runInstallExtra('webgpu', progress);
  if (flags.onnx) return runInstallExtra('onnx', progress);
  const variant = flags.cpu ? { variant: 'cpu' as const } : flags.cuda ? { variant: 'cuda' as const } : {};
  const result = await engineInstall(
    { ...variant, ifPossible: flags.ifPossible ?? false },
    ({ message, done, total }) => progress.update(message, done ?? 0, total ?? 0),
  );
  return { result, text: describeInstall(result) };
}

function describeInstall(result: EngineInstallResult): string {
  if (!result.installed) {
    return [
      'The native engine cannot be installed here:',
      ...result.missing.map((what) => `  ${what}`),
      'The wasm engine is used instead; it is slower.',
    ].join('\n');
  }
  const again = result.repaired ? `was damaged (${result.repaired}) and installed again` : 'was installed';
  const how = result.alreadyThere ? 'is ready' : `${again} in ${result.seconds?.toFixed(0)} s`;
  const ready = `The native engine (${result.variant}) ${how}: ${printable(result.directory ?? '')}`;
  return result.noGpu === undefined ? ready : `${ready}\nIt runs on the CPU: ${result.noGpu}`;
}

async function runInstallExtra(extra: EngineExtra, progress: Progress): Promise<Outcome> {
  const result = await installExtra(extra, (message) => progress.update(message, 0, 0));
  const how = result.alreadyThere ? 'is ready' : 'was installed';
  return { result, text: `${result.package} ${how}: ${printable(result.directory)}` };
}

type InfoFlags = EngineChoice & { verify?: boolean };

export async function runInfo({ engine, device, verify }: InfoFlags): Promise<Outcome> {
  const report = await engineInfo(engine, device, { verify: verify ?? false });
  return { result: report, text: describeReport(report) };
}

function describeReport({
  name,
  device,
  library,
  threads,
  precisions,
  unusedGpu,
  cudaIdle,
  notChosen,
  adapters,
  verifiedFiles,
}: EngineReport) {
  return [
    `Engine: ${name}`,
    `Device: ${device}`,
    `Library: ${library}`,
    ...(verifiedFiles === undefined ? [] : [`Verified: ${verifiedFiles} files of the native engine are unchanged`]),
    ...(threads === undefined ? [] : [`Threads: ${threads}`]),
    `Precisions: ${precisions.join(', ')}`,
    ...(unusedGpu ? [`GPU NOT USED: ${unusedGpu}`] : []),
    ...(cudaIdle && !unusedGpu ? [`CUDA build, computing on the CPU: ${cudaIdle}`] : []),
    ...notChosen.map((other) => `Not ${other.name}: ${other.reason}`),
    ...adapters.map(describeAdapter),
  ].join('\n');
}

function describeAdapter({ name, api, vendor, architecture, driver, software, float16, limits }: Adapter): string {
  const largest = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize) / 2 ** 20;
  return [
    `WebGPU adapter: ${name}${software ? ', which runs on the CPU' : ''}`,
    `  vendor ${vendor || 'unknown'}, architecture ${architecture || 'unknown'}, ${api}, driver ${driver || 'unknown'}`,
    `  tensors up to ${formatCount(largest)} MiB, ${limits.maxComputeWorkgroupStorageSize / 2 ** 10} KiB shared in a workgroup, float16 in shaders: ${float16 ? 'yes' : 'no'}`,
  ].join('\n');
}
