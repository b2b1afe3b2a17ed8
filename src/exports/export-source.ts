// Gives export formats an opened generator, and the images that dcgan sample and explore generate with it.
import type { EngineChoice } from '../engines/open.ts';
import { latentsOfSeeds, typicalRange } from '../models/latents.ts';
import { givenLatents } from '../sampling/latent-source.ts';
import type { OpenedGenerator } from '../sampling/open-generator.ts';
import { rankDimensions } from '../sampling/rank-dimensions.ts';
import { makeImages, type SamplingIo } from '../sampling/sampling.ts';
import type { ExportSource } from './format.ts';

type Opened = Pick<OpenedGenerator, 'generator' | 'label' | 'step' | 'runHash' | 'dataFingerprint'>;

export function exportSource(
  { generator, label: name, ...opened }: Opened,
  choice: EngineChoice,
  io: SamplingIo,
): ExportSource {
  const { latent } = generator.config.generator;
  return {
    ...opened,
    generator,
    name,
    async draw(latents) {
      const batches: Uint8Array[] = [];
      for await (const { images } of makeImages(generator, givenLatents(latents, latent.size), choice, io)) {
        batches.push(images.pixels);
      }
      return Buffer.concat(batches);
    },
    async visibleDimensions() {
      const ranked = await rankDimensions(generator, latentsOfSeeds(latent, [0]), typicalRange(latent), choice, io);
      return ranked.map(({ dimension }) => dimension);
    },
  };
}
