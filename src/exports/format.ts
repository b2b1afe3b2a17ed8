// What an export format is: a trained generator in, files in a folder out.
import type { EngineChoice } from '../engines/open.ts';
import type { TrainedGenerator } from '../models/trained-generator.ts';

export interface ExportSource {
  generator: TrainedGenerator;
  /** A name for files and titles: the checkpoint's label. */
  name: string;
  step: number;
  runHash: string;
  /** Of the data it was trained with, where that is known. */
  dataFingerprint?: string;
  /** What computes the images that a format shows. @default auto */
  choice?: EngineChoice;
}

/** Writes a format into a folder that exists and is empty. Gives the files written, relative to it. */
export type ExportFormat = (source: ExportSource, folder: string) => Promise<string[]>;
