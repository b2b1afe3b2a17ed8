// Which engine computes, and why nothing better does, as lines.
import type { EngineInfo } from '../engines/engine.ts';
import type { OpenedEngine } from '../engines/open.ts';

/** One line per engine that was refused, one for the one that computes, one for a GPU that lies idle. */
export function describeEngine(info: EngineInfo, refused: OpenedEngine['refused'], precision = 'float32'): string[] {
  const { name, library, device, threads, unusedGpu } = info;
  return [
    ...refused.map((engine) => `Engine ${engine.name}: ${engine.reason}.`),
    `Engine ${name}: ${library}, ${device}, ${threads} threads, ${precision.replace('_', ' ')}.`,
    ...(unusedGpu ? [`GPU NOT USED: ${unusedGpu}`] : []),
  ];
}
