// Dawn, Chromium's WebGPU, from the npm package `webgpu`: lists its adapters and opens a device.
import { messageOf } from '../../errors.ts';
import { importOptional, type OptionalPackage } from '../../system/optional-package.ts';

/** A GPU, or software that emulates one. */
export interface Adapter {
  /** As its driver reports it, e.g. `NVIDIA GeForce RTX 3060`. */
  name: string;
  /** `vulkan`, `metal` or `d3d12`. */
  api: string;
  vendor: string;
  architecture: string;
  /** The driver and its version, as it reports them. */
  driver: string;
  /** Whether it computes on the CPU (SwiftShader, llvmpipe, WARP), which is for tests and not for training. */
  software: boolean;
  /** Whether shaders can compute in float16 (WebGPU's `shader-f16`). */
  float16: boolean;
  limits: Record<AdapterLimit, number>;
}

/** Limits that `dcgan engine info` prints, in bytes: of a tensor, and of the memory a workgroup shares. */
const shownLimits = ['maxBufferSize', 'maxStorageBufferBindingSize', 'maxComputeWorkgroupStorageSize'] as const;
type AdapterLimit = (typeof shownLimits)[number];

/** Limits to request: a device has WebGPU's minimum unless more is requested. */
const requestedLimits = [
  ...shownLimits,
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBuffersPerShaderStage',
] as const;

const float16Feature = 'shader-f16';

/** The part of the package that is used here; the WebGPU types that tfjs depends on are older. */
export interface Dawn {
  create(options: string[]): { requestAdapter(options: { powerPreference: string }): Promise<DawnAdapter | null> };
  globals: object;
}

interface DawnAdapter {
  info: { vendor: string; architecture: string; device: string; description: string; isFallbackAdapter?: boolean };
  features: ReadonlySet<string>;
  limits: Record<(typeof requestedLimits)[number], number>;
  requestDevice(descriptor: { requiredLimits: Record<string, number>; requiredFeatures: string[] }): Promise<GPUDevice>;
}

const platform = `${process.platform}-${process.platform === 'darwin' ? 'universal' : process.arch}`;

/** Only the files of this platform: 21 MB instead of 132. */
export const dawnPackage: OptionalPackage = {
  name: 'webgpu',
  version: '0.6.2',
  integrity: 'sha512-3L4GfmqJLvYUIEWJngEQY+2HQiUlAFkg8+P8NDDj3Xx5hHHIFO/r8JW+ynfqBj7kHN4mbnwO74uB+lrRtLhp4Q==',
  files: new RegExp(`^(package\\.json|index\\.js|LICENSE\\.md|dist/${platform}/.*)$`),
  entry: 'index.js',
};

/** @throws Error where the package or its binary for this platform is missing. */
export async function loadDawn(): Promise<Dawn> {
  try {
    return (await importOptional(dawnPackage)) as Dawn;
  } catch (error) {
    throw new Error(`Dawn cannot be loaded (${messageOf(error)}); \`dcgan engine install --webgpu\` fetches it`, {
      cause: error,
    });
  }
}

/** All adapters. Dawn has no call that lists them, but names them in the error for an unknown one. */
export async function listAdapters(dawn: Dawn): Promise<Adapter[]> {
  const answer = await requestAdapter(dawn, 'none of them').then(() => '', messageOf);
  const adapters: Adapter[] = [];
  for (const [, api, name] of answer.matchAll(/\* backend: '([^']*)', name: '(.*)'/g)) {
    const found = await requestAdapter(dawn, name);
    if (found) adapters.push(describe(found, name!, api!));
  }
  return adapters;
}

function describe({ info, features, limits }: DawnAdapter, name: string, api: string): Adapter {
  const { vendor, architecture, description } = info;
  const software = (info.isFallbackAdapter ?? false) || softwareNames.test(`${name} ${description}`);
  const shown = Object.fromEntries(shownLimits.map((limit) => [limit, limits[limit]])) as Adapter['limits'];
  const float16 = features.has(float16Feature);
  return { name, api, vendor, architecture, driver: description, software, float16, limits: shown };
}

const softwareNames = /swiftshader|llvmpipe|lavapipe|basic render/i;

/** The adapter that Dawn prefers where there are several: the discrete GPU. */
export async function preferredAdapter(dawn: Dawn, adapters: readonly Adapter[]): Promise<Adapter | undefined> {
  if (adapters.length < 2) return adapters[0];
  const found = await requestAdapter(dawn);
  return adapters.find(({ name }) => shortName(name) === found?.info.device) ?? adapters[0];
}

/** The name as Dawn writes it in `info.device`: SwiftShader Device (Subzero) is swiftshader-device-subzero-. */
function shortName(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
}

/** Opens a device with its adapter's full limits and features. */
export async function requestDevice(dawn: Dawn, { name }: Adapter): Promise<GPUDevice> {
  const adapter = await requestAdapter(dawn, name);
  if (!adapter) throw new Error(`${name} is no longer available`);
  const requiredLimits = Object.fromEntries(requestedLimits.map((limit) => [limit, adapter.limits[limit]]));
  const requiredFeatures = [float16Feature].filter((feature) => adapter.features.has(feature));
  return adapter.requestDevice({ requiredLimits, requiredFeatures });
}

/** Kept for good, one per option: using an adapter of a garbage-collected instance crashes the process. */
const instances = new Map<string | undefined, ReturnType<Dawn['create']>>();

function requestAdapter({ create }: Dawn, name?: string): Promise<DawnAdapter | null> {
  const instance = instances.get(name) ?? create(name === undefined ? [] : [`adapter=${name}`]);
  instances.set(name, instance);
  return instance.requestAdapter({ powerPreference: 'high-performance' });
}
