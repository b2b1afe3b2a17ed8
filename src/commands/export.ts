// dcgan export: writes a checkpoint's generator in a format for other programs.
import { suggest } from '../config/load/problems.ts';
import type { EngineChoice } from '../engines/open.ts';
import { DcganError } from '../errors.ts';
import { writeExport } from '../exports/export-folder.ts';
import { exportSource } from '../exports/export-source.ts';
import type { ExportFormat } from '../exports/format.ts';
import { exportFormatNames, exportFormats } from '../exports/formats.ts';
import type { CheckpointChoice } from '../runs/checkpoint.ts';
import { type OpenedGenerator, openGenerator } from '../sampling/open-generator.ts';
import { type SamplingIo, silent } from '../sampling/sampling.ts';

export interface ExportOptions extends EngineChoice {
  checkpoint: string;
  format: string;
  /** Output folder, or output file for formats of one file. */
  out: string;
  /** @default 'latest' */
  which?: CheckpointChoice;
  /** Overwrites an existing file, or an earlier export in a folder with other files. */
  force?: boolean;
  root: string;
}

export interface ExportResult {
  format: string;
  out: string;
  /** Files in the folder, or the file itself. */
  files: string[];
  bytes: number;
  runHash: string;
  step: number;
  /** Damaged checkpoints that were skipped. */
  refused: OpenedGenerator['refused'];
}

/** @throws DcganError `usage.unknown-format`, and what opening a checkpoint and writing an export throw */
export async function exportGenerator(options: ExportOptions, io: SamplingIo = silent): Promise<ExportResult> {
  const { format, out, root, which = 'latest', engine, device, force = false } = options;
  const write = await loadFormat(format);
  const opened = await openGenerator(options.checkpoint, { root, which });
  const { label: name, step, runHash, refused } = opened;
  const source = exportSource(opened, { engine, device }, io);
  const description = { format, name, runHash, step };
  const written = await writeExport(out, { description, force }, (folder) => write(source, folder));
  return { format, out, ...written, runHash, step, refused };
}

function loadFormat(name: string): Promise<ExportFormat> {
  const known = exportFormatNames.find((format) => format === name);
  if (known) return exportFormats[known]();
  throw new DcganError('usage.unknown-format', {
    happened: `There is no export format ${JSON.stringify(name)}${suggest(name, exportFormatNames)}.`,
    expected: `Expected one of: ${exportFormatNames.join(', ')}.`,
  });
}
