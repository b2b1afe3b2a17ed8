// Describes the engine in use and why others are not.
import type { EngineInfo } from '../../engines/engine.ts';
import type { OpenedEngine } from '../../engines/open.ts';

/** One line per rejected engine, one for the engine in use, and one for an unused GPU. */
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

/** Engine, library, device and threads, as the start of a line. */
export function formatEngine({ name, library, device, threads }: EngineInfo): string {
  return [`Engine ${name}: ${library}`, device, ...(threads === undefined ? [] : [`${threads} threads`])].join(', ');
}
