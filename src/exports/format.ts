// Interface of export formats: they write a trained generator as files into a folder.
import type { TrainedGenerator } from '../sampling/trained-generator.ts';

export interface ExportSource {
  generator: TrainedGenerator;
  /** The checkpoint's label, for files and titles. */
  name: string;
  step: number;
  runHash: string;
  /** Of the training data, if it is known. */
  dataFingerprint?: string;
  /** Generates images as dcgan sample does: latents float32 [count, size] -> uint8 [count, height, width, channels]. */
  draw(latents: Float32Array): Promise<Uint8Array>;
  /** The latent dimensions, sorted by how much they change the image of seed 0, as in dcgan explore. */
  visibleDimensions(): Promise<number[]>;
}

/** Writes files into an empty folder. @returns their paths, relative to it */
export type ExportFormat = (source: ExportSource, folder: string) => Promise<string[]>;
