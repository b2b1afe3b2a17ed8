// Compares Adam on WebGPU with a dispatch per parameter and with one dispatch over a packed buffer: npx tsx bench/probes/adam-buffers.ts [config] [rounds]
import { engine as tfjs } from '@tensorflow/tfjs-core';
import { openEngine } from '../../src/engines/open.ts';
import { elementCount } from '../../src/formats/tensor-shape.ts';
import { parametersOf } from '../../src/models/network.ts';
import { buildNetworks } from '../../src/models/networks.ts';
import { loadRunConfig } from '../../src/training/start/prepare-run.ts';

const [config = 'quick', rounds = '40'] = process.argv.slice(2);
const { generator, discriminator } = buildNetworks(await loadRunConfig({ config, set: [], root: process.cwd() }));
const { engine } = await openEngine('webgpu');
const { device } = tfjs().backend as unknown as { device: GPUDevice };

/** The kernel of `engines/webgpu/adam.ts` without its learning-rate inputs, whose cost does not depend on a parameter's size. */
const code = (count: number) => `
${['weight', 'm', 'v', 'gradient', 'rates'].map((name, at) => `@group(0) @binding(${at}) var<storage, read> ${name}: array<f32>;`).join('\n')}
${['nextWeight', 'nextM', 'nextV'].map((name, at) => `@group(0) @binding(${at + 5}) var<storage, read_write> ${name}: array<f32>;`).join('\n')}
@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let i = (group.y * 65535 + group.x) * 256 + thread;
  if (i >= ${count}) { return; }
  let g = gradient[i];
  let first = 0.5 * m[i] + 0.5 * g;
  let second = 0.999 * v[i] + 0.001 * (g * g);
  nextWeight[i] = weight[i] - first * rates[0] / (sqrt(second) + rates[1]);
  nextM[i] = first;
  nextV[i] = second;
}`;

const makeBuffer = (count: number) =>
  device.createBuffer({
    size: 4 * count,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  });

const rates = makeBuffer(2);

/** The buffers of a parameter and a function that encodes its update. */
function adamOver(count: number) {
  const [weight, m, v, gradient, nextWeight, nextM, nextV] = Array.from({ length: 7 }, () => makeBuffer(count));
  const pipeline = device.createComputePipeline({
    layout: 'auto',
    compute: { module: device.createShaderModule({ code: code(count) }), entryPoint: 'main' },
  });
  const buffers = [weight!, m!, v!, gradient!, rates, nextWeight!, nextM!, nextV!];
  const groups = Math.ceil(count / 256);
  const update = (pass: GPUComputePassEncoder) => {
    const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
    pass.dispatchWorkgroups(Math.min(groups, 65_535), Math.ceil(groups / 65_535));
  };
  return { weight: weight!, gradient: gradient!, nextWeight: nextWeight!, count, update };
}

/** Milliseconds until the device has finished the commands. */
async function timed(encode: (encoder: GPUCommandEncoder) => void): Promise<number> {
  const began = performance.now();
  const encoder = device.createCommandEncoder();
  encode(encoder);
  device.queue.submit([encoder.finish()]);
  await device.queue.onSubmittedWorkDone();
  return performance.now() - began;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

for (const network of [generator, discriminator]) {
  const counts = parametersOf(network).flatMap(({ trainable, shape }) => (trainable ? [elementCount(shape)] : []));
  const single = counts.map(adamOver);
  const packed = adamOver(counts.reduce((sum, count) => sum + count, 0));

  const oneByOne = (encoder: GPUCommandEncoder) => {
    const pass = encoder.beginComputePass();
    for (const { update } of single) update(pass);
    pass.end();
  };
  /** The moments stay packed; gradients are copied in from the kernels that compute them, weights out to those that read them. */
  const together = (encoder: GPUCommandEncoder) => {
    let at = 0;
    for (const { gradient, count } of single) {
      encoder.copyBufferToBuffer(gradient, 0, packed.gradient, 4 * at, 4 * count);
      at += count;
    }
    const pass = encoder.beginComputePass();
    packed.update(pass);
    pass.end();
    at = 0;
    for (const { nextWeight, count } of single) {
      encoder.copyBufferToBuffer(packed.nextWeight, 4 * at, nextWeight, 0, 4 * count);
      at += count;
    }
  };
  const times: { single: number[]; packed: number[] } = { single: [], packed: [] };
  for (let round = 0; round < Number(rounds); round++) {
    times.single.push(await timed(oneByOne));
    times.packed.push(await timed(together));
  }
  console.log(
    `${engine.info.device}: ${counts.length} parameters, ${packed.count} values. One by one: ${counts.length} dispatches, ${median(times.single).toFixed(2)} ms. Together: 1 dispatch and ${2 * counts.length} copies, ${median(times.packed).toFixed(2)} ms.`,
  );
}
process.exit(0); // the device would keep the process alive
