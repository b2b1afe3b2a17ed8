// dcgan engine info: what computes here, for each engine that does not, why, and the adapters that WebGPU could use.
import type { EngineInfo } from '../engines/engine.ts';
import { type EngineChoice, engineNames, type OpenedEngine, openEngine } from '../engines/open.ts';
import { mayHaveAdapters } from '../engines/webgpu/choose.ts';
import { type Adapter, listAdapters, loadDawn } from '../engines/webgpu/dawn.ts';

export interface EngineReport extends EngineInfo {
  notChosen: OpenedEngine['refused'];
  adapters: Adapter[];
}

export async function engineInfo(choice: EngineChoice['engine'], device?: string): Promise<EngineReport> {
  const { engine, refused } = await openEngine(choice, device);
  const { name } = engine.info;
  const reason = choice === 'auto' ? `${name} works and comes first` : `${name} was asked for`;
  const others = engineNames.filter((other) => other !== name && !refused.some((known) => known.name === other));
  const notChosen = [...refused, ...others.map((other) => ({ name: other, reason }))];
  return { ...engine.info, notChosen, adapters: await adaptersHere() };
}

/** None where Dawn is missing; then that is the reason why webgpu is not chosen. */
async function adaptersHere(): Promise<Adapter[]> {
  if (!mayHaveAdapters({ software: true })) return [];
  return loadDawn().then(listAdapters, () => []);
}
