// The format tfjs: a layers model for TensorFlow.js, latents in, NHWC images in the config's value range out.
import type { ExportFormat, ExportSource } from '../format.ts';
import { generatorLayers } from './generator-layers.ts';
import { writeLayersModel } from './write-model.ts';

export const exportTfjs: ExportFormat = (source, folder) => writeGenerator(source, folder, { halves: false });

/** `halves`: kernels of 16 bits, nearly half the download. */
export function writeGenerator(
  source: ExportSource,
  folder: string,
  { halves }: { halves: boolean },
): Promise<string[]> {
  const { generator } = source;
  const about = { ...aboutGenerator(source), range: generator.config.data.range };
  return writeLayersModel(folder, generatorLayers(generator), {
    inputSize: generator.config.generator.latent.size,
    about,
    halves,
  });
}

/** What someone who finds a model's files wants to know. */
export function aboutGenerator({ generator: { config }, name, step, runHash }: ExportSource) {
  const { height, width, channels } = config.data;
  return { name, runHash, step, latent: config.generator.latent, image: { height, width, channels } };
}
