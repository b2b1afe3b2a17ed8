// Describes the engine in use and why no better one is.
import type { EngineInfo } from '../../engines/engine.ts';
import type { OpenedEngine } from '../../engines/open.ts';

/** A line per engine that was not chosen, one for the engine in use, one for an idle GPU. */
export function describeEngine(
  info: EngineInfo,
  notChosen: OpenedEngine['notChosen'],
  precision = 'float32',
): string[] {
  return [
    ...notChosen.map((engine) => `Engine ${engine.name}: ${engine.reason}.`),
    `${formatEngine(info)}, ${precision.replace('_', ' ')}.`,
    ...(info.unusedGpu ? [`GPU NOT USED: ${info.unusedGpu}`] : []),
  ];
}

/** The engine that computes, as the start of a line. */
export function formatEngine({ name, library, device, threads }: EngineInfo): string {
  return [`Engine ${name}: ${library}`, device, ...(threads === undefined ? [] : [`${threads} threads`])].join(', ');
}
