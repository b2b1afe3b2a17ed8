// dcgan engine info: what computes here, and for each engine that does not, why.
import type { EngineInfo } from '../engines/engine.ts';
import { type OpenedEngine, openEngine } from '../engines/open.ts';

export interface EngineReport extends EngineInfo {
  refused: OpenedEngine['refused'];
}

export async function engineInfo(choice: Parameters<typeof openEngine>[0]): Promise<EngineReport> {
  const { engine, refused } = await openEngine(choice);
  return { ...engine.info, refused };
}
