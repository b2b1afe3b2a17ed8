// Dawn, Chromium's WebGPU, out of the npm package `webgpu`: the adapters it finds, and a device of one of them.
import { messageOf } from '../../errors.ts';
import { importOptional, type OptionalPackage } from '../../system/optional-package.ts';

/** A GPU, or a program that stands in for one. */
export interface Adapter {
  /** What its driver calls it, e.g. `NVIDIA GeForce RTX 3060`. */
  name: string;
  /** `vulkan`, `metal` or `d3d12`. */
  api: string;
  vendor: string;
  architecture: string;
  /** The driver and its version, in its own words. */
  driver: string;
  /** The processor computes (SwiftShader, llvmpipe, WARP): for tests, not for training. */
  software: boolean;
  /** Shaders may compute in float16 (WebGPU's `shader-f16`). */
  float16: boolean;
  limits: Record<AdapterLimit, number>;
}

/** Bounds of a tensor (bytes) and of a workgroup (bytes it shares, threads) that are worth a look. */
const shownLimits = ['maxBufferSize', 'maxStorageBufferBindingSize', 'maxComputeWorkgroupStorageSize'] as const;
type AdapterLimit = (typeof shownLimits)[number];

/** A device has the least limits that WebGPU allows unless more is asked for. */
const askedLimits = [
  ...shownLimits,
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBuffersPerShaderStage',
] as const;

const float16Feature = 'shader-f16';

/** What is needed of the package; the WebGPU types that tfjs brings are older than its answers. */
export interface Dawn {
  create(options: string[]): { requestAdapter(options: { powerPreference: string }): Promise<DawnAdapter | null> };
  globals: object;
}

interface DawnAdapter {
  info: { vendor: string; architecture: string; device: string; description: string; isFallbackAdapter?: boolean };
  features: ReadonlySet<string>;
  limits: Record<(typeof askedLimits)[number], number>;
  requestDevice(descriptor: { requiredLimits: Record<string, number>; requiredFeatures: string[] }): Promise<GPUDevice>;
}

const platform = `${process.platform}-${process.platform === 'darwin' ? 'universal' : process.arch}`;

/** Of its five platforms this one only: 21 MB in place of 132. */
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

/** All adapters. Dawn names them only when it is asked for one that is not there. */
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

/** As Dawn writes names in `info.device`: SwiftShader Device (Subzero) is swiftshader-device-subzero-. */
function shortName(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
}

/** A device with all that its adapter can. */
export async function requestDevice(dawn: Dawn, { name }: Adapter): Promise<GPUDevice> {
  const adapter = await requestAdapter(dawn, name);
  if (!adapter) throw new Error(`${name} was there a moment ago and does not answer now`);
  const requiredLimits = Object.fromEntries(askedLimits.map((limit) => [limit, adapter.limits[limit]]));
  const requiredFeatures = [float16Feature].filter((feature) => adapter.features.has(feature));
  return adapter.requestDevice({ requiredLimits, requiredFeatures });
}

/** Kept, one per option: what comes from an instance crashes the process once that has been collected as garbage. */
const instances = new Map<string | undefined, ReturnType<Dawn['create']>>();

function requestAdapter({ create }: Dawn, name?: string): Promise<DawnAdapter | null> {
  const instance = instances.get(name) ?? create(name === undefined ? [] : [`adapter=${name}`]);
  instances.set(name, instance);
  return instance.requestAdapter({ powerPreference: 'high-performance' });
}
