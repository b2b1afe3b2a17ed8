// Export format tfjs: a layers model for TensorFlow.js, from latents to NHWC images in the config's value range.
import type { ExportFormat, ExportSource } from '../format.ts';
import { generatorLayers } from './generator-layers.ts';
import { writeLayersModel } from './write-model.ts';

export const exportTfjs: ExportFormat = (source, folder) => writeGenerator(source, folder, { float16: false });

/** `float16` halves the size of kernels, and so nearly that of the download. */
export function writeGenerator(
  source: ExportSource,
  folder: string,
  { float16 }: { float16: boolean },
): Promise<string[]> {
  const { generator } = source;
  const about = { ...aboutGenerator(source), range: generator.config.data.range };
  return writeLayersModel(folder, generatorLayers(generator), {
    inputSize: generator.config.generator.latent.size,
    about,
    float16,
  });
}

/** Metadata for users of the files. */
export function aboutGenerator({ generator: { config }, name, step, runHash }: ExportSource) {
  const { height, width, channels } = config.data;
  return { name, runHash, step, latent: config.generator.latent, image: { height, width, channels } };
}
