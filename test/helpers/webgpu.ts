// Whether there is an adapter for WebGPU on this machine, be it a program; tests that need one say so when there is none.
import { existsSync } from 'node:fs';
import { mayHaveAdapters } from '../../src/engines/webgpu/choose.ts';
import { type Adapter, listAdapters, loadDawn, preferredAdapter } from '../../src/engines/webgpu/dawn.ts';
import { messageOf } from '../../src/errors.ts';

/** A Vulkan that computes on the processor, part of Debian's package chromium. */
const swiftshader = '/usr/lib/chromium/vk_swiftshader_icd.json';
if (!mayHaveAdapters({ software: true }) && existsSync(swiftshader)) process.env['VK_DRIVER_FILES'] = swiftshader;

const adapter = await preferred();

/** For node:test's `skip`: false where there is an adapter, else why the test does not run. */
export const noWebgpu: string | false = typeof adapter === 'string' && adapter;

/** Likewise, for tests that need float16 in shaders. */
export const noFloat16: string | false =
  typeof adapter === 'string' ? adapter : !adapter.float16 && `${adapter.name} has no float16 in shaders`;

async function preferred(): Promise<Adapter | string> {
  const none = "no GPU here; Debian's packages chromium and libvulkan1 bring a program that stands in for one";
  if (!mayHaveAdapters({ software: true })) return none;
  try {
    const dawn = await loadDawn();
    return (await preferredAdapter(dawn, await listAdapters(dawn))) ?? none;
  } catch (error) {
    return messageOf(error);
  }
}
