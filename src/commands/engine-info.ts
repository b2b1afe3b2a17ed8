// dcgan engine info: what computes here, and for each engine that does not, why.
import type { EngineInfo } from '../engines/engine.ts';
import { engineNames, type OpenedEngine, openEngine } from '../engines/open.ts';

export interface EngineReport extends EngineInfo {
  notChosen: OpenedEngine['refused'];
}

export async function engineInfo(choice: Parameters<typeof openEngine>[0]): Promise<EngineReport> {
  const { engine, refused } = await openEngine(choice);
  const { name } = engine.info;
  const reason = choice === 'auto' ? `${name} works and comes first` : `${name} was asked for`;
  const others = engineNames.filter((other) => other !== name && !refused.some((known) => known.name === other));
  return { ...engine.info, notChosen: [...refused, ...others.map((other) => ({ name: other, reason }))] };
}
