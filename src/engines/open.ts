// Which engine computes: tries them in order and remembers why each was not chosen.
import { DcganError, messageOf } from '../errors.ts';
import type { Engine, EngineName } from './engine.ts';

export interface OpenedEngine {
  engine: Engine;
  /** Engines that come before the chosen one, and why they are not it. */
  refused: { name: EngineName; reason: string }[];
}

/** An engine that cannot be used here, with the reason. */
class NotHere extends Error {}

const openers: Record<'tensorflow' | 'wasm', () => Promise<Engine>> = {
  async tensorflow() {
    const { findInstallation } = await import('./tensorflow/install/location.ts');
    const installation = findInstallation();
    if (!installation) throw new NotHere('not installed; `dcgan engine install` sets it up');
    const { openTensorflow } = await import('./tensorflow/engine.ts');
    return openTensorflow(installation);
  },
  async wasm() {
    const { openWasm } = await import('./wasm/engine.ts');
    return openWasm();
  },
};

export const engineNames = Object.keys(openers) as (keyof typeof openers)[];

/** Opens the named engine, or with `auto` the first that works here. */
export async function openEngine(choice: 'auto' | keyof typeof openers): Promise<OpenedEngine> {
  const refused: OpenedEngine['refused'] = [];
  for (const name of choice === 'auto' ? engineNames : [choice]) {
    try {
      return { engine: await openers[name](), refused };
    } catch (error) {
      refused.push({ name, reason: messageOf(error) });
      if (choice !== 'auto' || name === engineNames.at(-1)) throw unusable(refused, error);
    }
  }
  throw unusable(refused, undefined);
}

function unusable(refused: OpenedEngine['refused'], cause: unknown): DcganError {
  if (cause instanceof DcganError) return cause;
  return new DcganError(
    'engine.unusable',
    {
      happened: refused.map(({ name, reason }) => `The ${name} engine cannot be used here: ${reason}.`).join('\n'),
      fix: '`dcgan engine info` says what computes here.',
    },
    { cause },
  );
}
