// Chooses the browser's backend: WebGPU, WebGL or WebAssembly, tried in this order, with the reasons for rejecting one.
import { env, setBackend } from '@tensorflow/tfjs-core';

export type BackendName = 'webgpu' | 'webgl' | 'wasm';

interface StartedBackend {
  name: BackendName;
  /** Backends that were tried before it, and why they failed. */
  refused: { name: BackendName; reason: string }[];
}

const backendTitles: Readonly<Record<BackendName, string>> = {
  webgpu: 'WebGPU',
  webgl: 'WebGL',
  wasm: 'WebAssembly',
};

const slow = 'only a slow imitation in software';

/** Each throws an Error with the reason if it cannot be used. */
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

/**
 * Runs an action on the chosen backend, or if that fails on the first other one that works.
 * @throws Error with every reason
 */
export async function onBackend<Result>(
  choice: BackendName | 'auto',
  action: () => Promise<Result>,
): Promise<StartedBackend & { result: Result }> {
  const refused: StartedBackend['refused'] = [];
  const inOrder = Object.keys(starters) as BackendName[];
  const names = choice === 'auto' ? inOrder : [choice, ...inOrder.filter((name) => name !== choice)];
  for (const name of names) {
    try {
      await starters[name](name !== choice);
      return { name, refused, result: await action() };
    } catch (error) {
      refused.push({ name, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  throw new Error(refused.map(describeRefusal).join('; '));
}

/** For the page: the backend, and why better ones are not used. */
export function describeBackend({ name, refused }: StartedBackend): string {
  return [`Computed with ${backendTitles[name]}`, ...refused.map(describeRefusal)].join(' · ');
}

function describeRefusal({ name, reason }: StartedBackend['refused'][number]): string {
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

/** Whether WebGL is emulated in software, which is slower than WebAssembly, or missing. */
function isWebglSoftware(): boolean {
  const context = document.createElement('canvas').getContext('webgl2');
  const info = context?.getExtension('WEBGL_debug_renderer_info');
  const renderer = String(context?.getParameter(info?.UNMASKED_RENDERER_WEBGL ?? context.RENDERER) ?? 'software');
  return /software|swiftshader|llvmpipe|basic render/i.test(renderer);
}
