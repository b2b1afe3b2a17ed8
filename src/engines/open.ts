// Which engine computes: tries them in order and remembers why each was not chosen.
import { DcganError, messageOf } from '../errors.ts';
import type { Engine, EngineName, LibrarySettings } from './engine.ts';

export interface OpenedEngine {
  engine: Engine;
  /** Engines that come before the chosen one, and why they are not it. */
  refused: { name: EngineName; reason: string }[];
}

/** What a command may be told about where to compute. */
export interface EngineChoice {
  engine: 'auto' | EngineName;
  /** An adapter of the webgpu engine: its name or a part of it. */
  device?: string | undefined;
}

/** An engine that cannot be used here, with the reason. */
class NotHere extends Error {}

/** What is not there nobody misses, unless it was asked for. */
class NoGpu extends NotHere {}

interface Attempt {
  name: EngineName;
  open: (settings: LibrarySettings) => Promise<Engine>;
}

export const engineNames: readonly EngineName[] = ['tensorflow', 'webgpu', 'wasm'];

/** What `auto` tries: a GPU if there is a way to compute on it, then the processor. */
const inOrder: readonly Attempt[] = [
  { name: 'tensorflow', open: tensorflowOnGpu },
  { name: 'webgpu', open: () => webgpu({ software: false }) },
  { name: 'tensorflow', open: tensorflow },
  { name: 'wasm', open: wasm },
];

/**
 * Opens the named engine, or with `auto` the first that works here. Only webgpu has devices to choose from.
 * @throws DcganError `engine.unusable`, `engine.unknown-device`, `engine.no-devices`, `engine.no-xla`, `engine.loaded-otherwise`
 */
export async function openEngine(
  choice: EngineChoice['engine'],
  device?: string,
  settings: LibrarySettings = {},
): Promise<OpenedEngine> {
  const refused: OpenedEngine['refused'] = [];
  const attempts = attemptsFor(choice, device);
  let cause: unknown;
  for (const attempt of attempts) {
    const { name, open } = attempt;
    try {
      const engine = await open(settings);
      if (settings.xla && name !== 'tensorflow') throw noXla(name);
      return { engine, refused: refused.filter((other) => other.name !== name) };
    } catch (error) {
      const known = error instanceof DcganError;
      if (known && (attempt === attempts.at(-1) || error.code === 'engine.loaded-otherwise')) throw error;
      if (error instanceof NoGpu) continue;
      cause = error;
      const earlier = refused.findIndex((other) => other.name === name);
      if (earlier >= 0) refused.splice(earlier, 1); // 'a GPU comes first' is no reason once there is none
      refused.push({ name, reason: messageOf(error).replaceAll('\n', ' ').replace(/\.$/, '') });
    }
  }
  throw new DcganError(
    'engine.unusable',
    {
      happened: refused.map(({ name, reason }) => `The ${name} engine cannot be used here: ${reason}.`).join('\n'),
      fix: '`dcgan engine info` shows which engines work here.',
    },
    { cause },
  );
}

function noXla(name: EngineName): DcganError {
  return new DcganError('engine.no-xla', {
    happened: `training.xla is true, but the selected ${name} engine has no XLA.`,
    expected: 'XLA is part of the tensorflow engine, which `dcgan engine install` installs.',
    fix: '--set training.xla=false',
  });
}

function attemptsFor(choice: EngineChoice['engine'], device: string | undefined): readonly Attempt[] {
  if (choice === 'auto' && device === undefined) return inOrder;
  const name = choice === 'auto' ? 'webgpu' : choice;
  if (name === 'webgpu') return [{ name, open: () => webgpu({ software: true, device }) }];
  if (device === undefined) return [{ name, open: name === 'wasm' ? wasm : tensorflow }];
  throw new DcganError('engine.no-devices', {
    happened: `The ${name} engine has no devices to choose from, but --device '${device}' was given.`,
    expected: '--device names an adapter of the webgpu engine; CUDA_VISIBLE_DEVICES is for tensorflow.',
    fix: `--engine webgpu --device '${device}'`,
  });
}

async function tensorflow(settings: LibrarySettings): Promise<Engine> {
  const { findInstallation } = await import('./tensorflow/install/location.ts');
  const installation = findInstallation();
  if (!installation) throw new NotHere('not installed; `dcgan engine install` sets it up');
  const { openTensorflow } = await import('./tensorflow/engine.ts');
  return openTensorflow(installation, settings);
}

async function tensorflowOnGpu(settings: LibrarySettings): Promise<Engine> {
  const { findInstallation } = await import('./tensorflow/install/location.ts');
  if (findInstallation()?.variant === 'cpu') throw new NotHere('installed for the processor, and a GPU comes first');
  const engine = await tensorflow(settings);
  if (engine.info.gpu) return engine;
  throw new NotHere(engine.info.unusedGpu ?? 'it uses no GPU');
}

async function webgpu(wish: { device?: string | undefined; software: boolean }): Promise<Engine> {
  const { chooseAdapter, mayHaveAdapters } = await import('./webgpu/choose.ts');
  if (!wish.software && !mayHaveAdapters(wish)) throw new NoGpu('there is no GPU');
  const { listAdapters, loadDawn, preferredAdapter } = await import('./webgpu/dawn.ts');
  const dawn = await loadDawn();
  const adapters = await listAdapters(dawn);
  const adapter = chooseAdapter(adapters, await preferredAdapter(dawn, adapters), wish);
  const { openWebgpu } = await import('./webgpu/engine.ts');
  return openWebgpu(dawn, adapter);
}

async function wasm(): Promise<Engine> {
  const { openWasm } = await import('./wasm/engine.ts');
  return openWasm();
}
