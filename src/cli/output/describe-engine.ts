// Which engine computes, and why nothing better does, as lines.
import type { EngineInfo } from '../../engines/engine.ts';
import type { OpenedEngine } from '../../engines/open.ts';

/** One line per engine that was refused, one for the one that computes, one for a GPU that lies idle. */
export function describeEngine(info: EngineInfo, refused: OpenedEngine['refused'], precision = 'float32'): string[] {
  return [
    ...refused.map((engine) => `Engine ${engine.name}: ${engine.reason}.`),
    `${formatEngine(info)}, ${precision.replace('_', ' ')}.`,
    ...(info.unusedGpu ? [`GPU NOT USED: ${info.unusedGpu}`] : []),
  ];
}

/** The engine that computes, as the start of a line. */
export function formatEngine({ name, library, device, threads }: EngineInfo): string {
  return [`Engine ${name}: ${library}`, device, ...(threads === undefined ? [] : [`${threads} threads`])].join(', ');
}
