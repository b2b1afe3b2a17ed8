// How a kernel of ours for the WebGPU backend is written: WGSL with sizes written into it, and any number of outputs.
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';

export type WebgpuKernel = Omit<KernelConfig, 'backendName'>;

const threads = 256; // per workgroup; every GPU has as many

export interface Call {
  /** Tensors by the names that the code has for them: read-only arrays of f32 or i32. At most 8 with the outputs. */
  inputs: Readonly<Record<string, TensorInfo>>;
  outputs: Readonly<Record<string, Output>>;
  /** Which of both are arrays of f16, two in each float32 of the tensor. */
  halves?: readonly string[];
  /** WGSL with an entry point `main`. `groupIndex(group)` numbers the workgroups, with `group` the builtin workgroup_id. */
  code: string;
  /** How many workgroups. */
  groups: number;
}

interface Output {
  shape: readonly number[];
  dtype?: 'int32';
}

/** What tfjs's backend has and its types do not say. */
interface Internals {
  device: GPUDevice;
  tensorMap: { get(dataId: object): { resource: GPUBuffer } };
  computePassEncoder: GPUComputePassEncoder | null;
  commandEncoder: GPUCommandEncoder;
  commandQueueOwnedIds: WeakSet<object>;
  dispatchCountInPass: number;
}

/** WGSL that runs once for each i < count, with functions before it. */
export function forEach(count: number, body: string, functions = ''): Pick<Call, 'code' | 'groups'> {
  const code = `${functions}
@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let i = groupIndex(group) * ${threads} + thread;
  if (i >= ${count}) { return; }
  ${body}
}`;
  return { code, groups: Math.ceil(count / threads) };
}

/** Adds one dispatch to those that the backend collects for its device; gives the outputs. */
export function dispatch(backend: unknown, { inputs, outputs, halves = [], code, groups }: Call): TensorInfo[] {
  const tfjs = backend as WebGPUBackend;
  const internals = backend as Internals;
  const { device, commandQueueOwnedIds } = internals;
  const made = Object.values(outputs).map(({ shape, dtype }) => tfjs.makeTensorInfo([...shape], dtype ?? 'float32'));
  const tensors = [...Object.values(inputs), ...made];
  const entries = tensors.map(({ dataId }, binding) => {
    tfjs.uploadToGPU(dataId); // or makes room for an output
    commandQueueOwnedIds.add(dataId);
    return { binding, resource: { buffer: internals.tensorMap.get(dataId).resource } };
  });
  const [x, y] = gridOf(groups, device.limits.maxComputeWorkgroupsPerDimension);
  const directives = halves.length > 0 ? ['enable f16;'] : [];
  const declarations = bindings({ ...inputs, ...outputs }, Object.keys(inputs).length, halves);
  const pipeline = pipelineFor(device, [...directives, ...declarations, groupIndex(x), code].join('\n'));
  tfjs.ensureCommandEncoderReady();
  internals.computePassEncoder ??= internals.commandEncoder.beginComputePass();
  const pass = internals.computePassEncoder;
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
  pass.dispatchWorkgroups(x, y);
  internals.dispatchCountInPass++; // the next op of tfjs's own, or a read, submits
  return made;
}

/** As a plane where a line would be too long. */
function gridOf(groups: number, longest: number): [number, number] {
  return groups <= longest ? [groups, 1] : [longest, Math.ceil(groups / longest)];
}

function groupIndex(columns: number): string {
  return `fn groupIndex(group: vec3u) -> u32 { return group.y * ${columns} + group.x; }`;
}

/** The first `inputCount` are read only. */
function bindings(
  tensors: Readonly<Record<string, { dtype?: string }>>,
  inputCount: number,
  halves: readonly string[],
): string[] {
  return Object.entries(tensors).map(([name, { dtype }], index) => {
    const element = halves.includes(name) ? 'f16' : dtype === 'int32' ? 'i32' : 'f32';
    const access = index < inputCount ? 'read' : 'read_write';
    return `@group(0) @binding(${index}) var<storage, ${access}> ${name}: array<${element}>;`;
  });
}

const pipelines = new WeakMap<GPUDevice, Map<string, GPUComputePipeline>>();

/** Made once for each code. */
function pipelineFor(device: GPUDevice, code: string): GPUComputePipeline {
  const known = pipelines.get(device) ?? new Map<string, GPUComputePipeline>();
  pipelines.set(device, known);
  const pipeline = known.get(code) ?? makePipeline(device, code);
  known.set(code, pipeline);
  return pipeline;
}

function makePipeline(device: GPUDevice, code: string): GPUComputePipeline {
  const module = device.createShaderModule({ code });
  return device.createComputePipeline({ layout: 'auto', compute: { module, entryPoint: 'main' } });
}
