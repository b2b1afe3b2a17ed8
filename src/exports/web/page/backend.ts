// What computes in the browser: WebGPU, WebGL or WebAssembly, tried in this order, and why it is not a better one.
import { env, setBackend } from '@tensorflow/tfjs-core';

export type BackendName = 'webgpu' | 'webgl' | 'wasm';

export interface StartedBackend {
  name: BackendName;
  /** Those before it that cannot be used here. */
  refused: { name: BackendName; reason: string }[];
}

export const backendTitles: Readonly<Record<BackendName, string>> = {
  webgpu: 'WebGPU',
  webgl: 'WebGL',
  wasm: 'WebAssembly',
};

const slow = 'only a slow imitation in software';

/** Each throws the reason where it cannot be used. */
const starters: Readonly<Record<BackendName, (isAutomatic: boolean) => Promise<void>>> = {
  async webgpu(isAutomatic) {
    const adapter = await findAdapter();
    if (!adapter) throw new Error('not in this browser');
    if (isAutomatic && adapter.info?.isFallbackAdapter) throw new Error(slow);
    await import('@tensorflow/tfjs-backend-webgpu');
    await use('webgpu');
  },
  async webgl(isAutomatic) {
    if (isAutomatic && isWebglSoftware()) throw new Error(slow);
    await import('@tensorflow/tfjs-backend-webgl');
    await use('webgl');
    if (!env().getBool('WEBGL_RENDER_FLOAT32_CAPABLE')) throw new Error('it computes with 16 bits only');
  },
  async wasm() {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    setWasmPaths(new URL('wasm/', document.baseURI).href);
    await use('wasm');
  },
};

/** Starts the one that was chosen, or the first that works. @throws Error that names every reason */
export async function startBackend(choice: BackendName | 'auto'): Promise<StartedBackend> {
  const refused: StartedBackend['refused'] = [];
  const names = choice === 'auto' ? (Object.keys(starters) as BackendName[]) : [choice];
  for (const name of names) {
    try {
      await starters[name](choice === 'auto');
      return { name, refused };
    } catch (error) {
      refused.push({ name, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  throw new Error(refused.map(describeRefusal).join('; '));
}

export function describeRefusal({ name, reason }: StartedBackend['refused'][number]): string {
  return `${backendTitles[name]}: ${reason}`;
}

async function use(name: BackendName): Promise<void> {
  if (!(await setBackend(name))) throw new Error('it does not start in this browser');
}

interface Adapter {
  info?: { isFallbackAdapter?: boolean };
}

async function findAdapter(): Promise<Adapter | null | undefined> {
  const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<Adapter | null> } };
  return gpu?.requestAdapter().catch(() => undefined);
}

/** Whether WebGL is drawn by the processor, where WebAssembly is faster; also where there is none at all. */
function isWebglSoftware(): boolean {
  const context = document.createElement('canvas').getContext('webgl2');
  const info = context?.getExtension('WEBGL_debug_renderer_info');
  const renderer = String(context?.getParameter(info?.UNMASKED_RENDERER_WEBGL ?? context.RENDERER) ?? 'software');
  return /software|swiftshader|llvmpipe|basic render/i.test(renderer);
}
