// Chooses and opens an engine, and records why each better one was not chosen.
import { DcganError, messageOf } from '../errors.ts';
import { Interrupted } from '../system/stop-signals.ts';
import type { Engine, EngineName, LibrarySettings } from './engine.ts';

export interface OpenedEngine {
  engine: Engine;
  /** Engines that `auto` prefers to the chosen one, and why they are not used. */
  notChosen: { name: EngineName; reason: string }[];
}

/** The options of a command that select an engine. */
export interface EngineChoice {
  engine: 'auto' | EngineName;
  /** An adapter of the webgpu engine: its name or a part of it. */
  device?: string | undefined;
}

/** An engine that cannot be used here, with the reason. */
class EngineUnavailable extends Error {}

/** Not reported unless the user asked for this engine. */
class NoGpu extends EngineUnavailable {}

type Open = (settings: LibrarySettings, device?: string) => Promise<Engine>;

/** How an engine is opened when it is named, and when `auto` tries it on a GPU and on the CPU. */
interface Openers {
  named: Open;
  onGpu: Open | undefined;
  onCpu: Open | undefined;
}

/** Every engine, in the order in which `auto` tries them. */
const engines: Readonly<Record<EngineName, Openers>> = {
  tensorflow: { named: tensorflow, onGpu: tensorflowOnGpu, onCpu: tensorflow },
  webgpu: {
    named: (_, device) => webgpu({ software: true, device }),
    onGpu: () => webgpu({ software: false }),
    onCpu: undefined,
  },
  wasm: { named: wasm, onGpu: undefined, onCpu: wasm },
};

export const engineNames = Object.keys(engines) as readonly EngineName[];

interface Attempt {
  name: EngineName;
  open: Open;
}

/** A GPU if any engine can use one, then the CPU. */
const automatic: readonly Attempt[] = (['onGpu', 'onCpu'] as const).flatMap((where) =>
  engineNames.flatMap((name) => {
    const open = engines[name][where];
    return open ? [{ name, open }] : [];
  }),
);

/**
 * Opens the named engine, or with `auto` the first that works here. Only webgpu has devices to choose from.
 * @throws DcganError `engine.unusable`, `engine.unknown-device`, `engine.no-devices`, `engine.no-xla`, `engine.loaded-otherwise`
 */
export async function openEngine(
  choice: EngineChoice['engine'],
  device?: string,
  settings: LibrarySettings = {},
): Promise<OpenedEngine> {
  const notChosen: OpenedEngine['notChosen'] = [];
  const attempts = attemptsFor(choice, device);
  let cause: unknown;
  for (const attempt of attempts) {
    const { name, open } = attempt;
    try {
      const engine = await open(settings, device);
      if (settings.xla && name !== 'tensorflow') throw noXla(name);
      return { engine, notChosen: notChosen.filter((other) => other.name !== name) };
    } catch (error) {
      if (error instanceof Interrupted) throw error;
      const known = error instanceof DcganError;
      if (known && (attempt === attempts.at(-1) || error.code === 'engine.loaded-otherwise')) throw error;
      if (error instanceof NoGpu) continue;
      cause = error;
      const earlier = notChosen.findIndex((other) => other.name === name);
      if (earlier >= 0) notChosen.splice(earlier, 1); // the reason for no GPU is superseded by the reason for no engine
      notChosen.push({ name, reason: messageOf(error).replaceAll('\n', ' ').replace(/\.$/, '') });
    }
  }
  throw new DcganError(
    'engine.unusable',
    {
      happened: notChosen.map(({ name, reason }) => `The ${name} engine cannot be used here: ${reason}.`).join('\n'),
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
  if (choice === 'auto' && device === undefined) return automatic;
  const name = choice === 'auto' ? 'webgpu' : choice;
  if (name === 'webgpu' || device === undefined) return [{ name, open: engines[name].named }];
  throw new DcganError('engine.no-devices', {
    happened: `The ${name} engine has no devices to choose from, but --device '${device}' was given.`,
    expected: '--device names an adapter of the webgpu engine; CUDA_VISIBLE_DEVICES is for tensorflow.',
    fix: `--engine webgpu --device '${device}'`,
  });
}

async function tensorflow(settings: LibrarySettings): Promise<Engine> {
  const { findInstallation } = await import('./tensorflow/install/location.ts');
  const installation = findInstallation();
  if (!installation) throw new EngineUnavailable('not installed; `dcgan engine install` sets it up');
  const { openTensorflow } = await import('./tensorflow/engine.ts');
  return openTensorflow(installation, settings);
}

async function tensorflowOnGpu(settings: LibrarySettings): Promise<Engine> {
  const { findInstallation } = await import('./tensorflow/install/location.ts');
  if (findInstallation()?.variant === 'cpu') {
    throw new EngineUnavailable('its CPU build is installed, and a GPU comes first');
  }
  const engine = await tensorflow(settings);
  if (engine.info.gpu) return engine;
  throw new EngineUnavailable(engine.info.unusedGpu ?? 'it uses no GPU');
}

async function webgpu(wanted: { device?: string | undefined; software: boolean }): Promise<Engine> {
  const { chooseAdapter, mayHaveAdapters } = await import('./webgpu/choose.ts');
  if (!wanted.software && !mayHaveAdapters(wanted)) throw new NoGpu('there is no GPU');
  const { listAdapters, loadDawn, preferredAdapter } = await import('./webgpu/dawn.ts');
  const dawn = await loadDawn();
  const adapters = await listAdapters(dawn);
  const adapter = chooseAdapter(adapters, await preferredAdapter(dawn, adapters), wanted);
  const { openWebgpu } = await import('./webgpu/engine.ts');
  return openWebgpu(dawn, adapter);
}

async function wasm(): Promise<Engine> {
  const { openWasm } = await import('./wasm/engine.ts');
  return openWasm();
}
