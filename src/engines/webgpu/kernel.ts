// Runs our own WGSL kernels on tfjs's WebGPU backend: sizes are constants in the code, and there can be several outputs.
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';

export type WebgpuKernel = Omit<KernelConfig, 'backendName'>;

const threads = 256; // per workgroup, the most that every GPU supports

export interface Call {
  /** Tensors by their names in the code: read-only arrays of f32 or i32. At most 8 with the outputs. */
  inputs: Readonly<Record<string, TensorInfo>>;
  outputs: Readonly<Record<string, Output>>;
  /** Names of inputs and outputs that are arrays of f16, packed in pairs into the tensor's float32 elements. */
  float16?: readonly string[];
  /** WGSL with an entry point `main`. `groupIndex(group)` numbers the workgroups, where `group` is the builtin workgroup_id. */
  code: string;
  /** Number of workgroups. */
  groups: number;
}

interface Output {
  shape: readonly number[];
  dtype?: 'int32';
}

/** Members of tfjs's backend that its types do not declare. */
interface Internals {
  device: GPUDevice;
  tensorMap: { get(dataId: object): { resource: GPUBuffer } };
  computePassEncoder: GPUComputePassEncoder | null;
  commandEncoder: GPUCommandEncoder;
  commandQueueOwnedIds: WeakSet<object>;
  dispatchCountInPass: number;
}

/** WGSL that runs `body` once for each i < count; `functions` are declared before it. */
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

/** Adds one dispatch to the commands that the backend batches. @returns the outputs */
export function dispatch(backend: unknown, { inputs, outputs, float16 = [], code, groups }: Call): TensorInfo[] {
  const tfjs = backend as WebGPUBackend;
  const internals = backend as Internals;
  const { device, commandQueueOwnedIds } = internals;
  const made = Object.values(outputs).map(({ shape, dtype }) => tfjs.makeTensorInfo([...shape], dtype ?? 'float32'));
  const tensors = [...Object.values(inputs), ...made];
  const entries = tensors.map(({ dataId }, binding) => {
    tfjs.uploadToGPU(dataId); // allocates, if it is an output
    commandQueueOwnedIds.add(dataId);
    return { binding, resource: { buffer: internals.tensorMap.get(dataId).resource } };
  });
  const [x, y] = gridOf(groups, device.limits.maxComputeWorkgroupsPerDimension);
  const directives = float16.length > 0 ? ['enable f16;'] : [];
  const declarations = bindings({ ...inputs, ...outputs }, Object.keys(inputs).length, float16);
  const pipeline = pipelineFor(device, [...directives, ...declarations, groupIndex(x), code].join('\n'));
  tfjs.ensureCommandEncoderReady();
  internals.computePassEncoder ??= internals.commandEncoder.beginComputePass();
  const pass = internals.computePassEncoder;
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
  pass.dispatchWorkgroups(x, y);
  internals.dispatchCountInPass++; // the next tfjs op or read submits
  return made;
}

/** One dimension of workgroups, or two if they exceed the limit per dimension. */
function gridOf(groups: number, limit: number): [number, number] {
  return groups <= limit ? [groups, 1] : [limit, Math.ceil(groups / limit)];
}

function groupIndex(columns: number): string {
  return `fn groupIndex(group: vec3u) -> u32 { return group.y * ${columns} + group.x; }`;
}

/** Declares the tensors; the first `inputCount` are read-only. */
function bindings(
  tensors: Readonly<Record<string, { dtype?: string }>>,
  inputCount: number,
  float16: readonly string[],
): string[] {
  return Object.entries(tensors).map(([name, { dtype }], index) => {
    const element = float16.includes(name) ? 'f16' : dtype === 'int32' ? 'i32' : 'f32';
    const access = index < inputCount ? 'read' : 'read_write';
    return `@group(0) @binding(${index}) var<storage, ${access}> ${name}: array<${element}>;`;
  });
}

const pipelines = new WeakMap<GPUDevice, Map<string, GPUComputePipeline>>();

/** Compiled once per device and code. */
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
