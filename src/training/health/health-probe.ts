// A look at a running training: how different its images are, beside real ones, and how large its gradients.
import type { Config } from '../../config/config.ts';
import type { Dataset } from '../../data/dataset/open.ts';
import type { CompiledProgram } from '../../engines/engine.ts';
import { latentsOfSeeds } from '../../models/latents.ts';
import { samplerFeeds } from '../../models/sampler.ts';
import { RandomStream } from '../../random.ts';
import { functionNames } from '../program.ts';
import { generatorPasses } from '../schedule.ts';
import { diversityOf, spreadOf } from './diversity.ts';
import type { Vitals } from './health.ts';
import { vitalsImages } from './health-measurements.ts';

/** Measures the vitals at a step, always with the same latents and beside the same real images. */
export function createLook(
  config: Config,
  dataset: Dataset,
  program: CompiledProgram,
): (step: number) => Promise<Vitals> {
  const { generator, discriminator, training } = config;
  const count = vitalsImages(dataset.count);
  const real = spreadOf(realImages(config, dataset, count), count);
  const seeds = Array.from({ length: count }, (_, seed) => seed);
  const latents = latentsOfSeeds(generator.latent, seeds);
  return async (step) => {
    const feeds = samplerFeeds(latents, generatorPasses(config, step));
    const { images, norms } = await program.run(functionNames.vitals, feeds); // waits for the engine
    return {
      diversity: diversityOf(spreadOf(images!, count), real),
      generatorGradient: norms![0]! / (1 - generator.optimizer.beta1 ** (step * training.generatorSteps)),
      discriminatorGradient: norms![1]! / (1 - discriminator.optimizer.beta1 ** (step * training.discriminatorSteps)),
    };
  };
}

/** A fixed draw of real images in the config's value range. */
function realImages({ seed, data }: Config, dataset: Dataset, count: number): Float32Array {
  const [low, high] = data.range;
  const chosen = new RandomStream(seed, 'vitals').permutation(dataset.count).subarray(0, count);
  return Float32Array.from(dataset.read(chosen), (value) => low + ((high - low) * value) / 255);
}
