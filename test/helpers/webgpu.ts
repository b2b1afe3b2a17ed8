// Skips tests that need a WebGPU adapter, a GPU or a software one, if there is none.
import { existsSync } from 'node:fs';
import { mayHaveAdapters } from '../../src/engines/webgpu/choose.ts';
import { type Adapter, listAdapters, loadDawn, preferredAdapter } from '../../src/engines/webgpu/dawn.ts';
import { messageOf } from '../../src/errors.ts';

/** A software Vulkan driver, part of Debian's package chromium. */
const swiftshader = '/usr/lib/chromium/vk_swiftshader_icd.json';
if (!mayHaveAdapters({ software: true }) && existsSync(swiftshader)) process.env['VK_DRIVER_FILES'] = swiftshader;

const adapter = await preferred();

/** For node:test's `skip`: false with an adapter, otherwise the reason. */
export const noWebgpu: string | false = typeof adapter === 'string' && adapter;

/** The same for tests that need float16 in shaders. */
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
