// What an export format is: a trained generator in, files in a folder out.
import type { TrainedGenerator } from '../sampling/trained-generator.ts';

export interface ExportSource {
  generator: TrainedGenerator;
  /** A name for files and titles: the checkpoint's label. */
  name: string;
  step: number;
  runHash: string;
  /** Of the data it was trained with, where that is known. */
  dataFingerprint?: string;
  /** Images as dcgan sample makes them: latents float32 [count, size] -> uint8 [count, height, width, channels]. */
  draw(latents: Float32Array): Promise<Uint8Array>;
  /** The latent dimensions, those that change seed 0's image most first, as dcgan explore ranks them. */
  visibleDimensions(): Promise<number[]>;
}

/** Writes a format into a folder that exists and is empty. Gives the files written, relative to it. */
export type ExportFormat = (source: ExportSource, folder: string) => Promise<string[]>;
