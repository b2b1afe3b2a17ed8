// The health probe: measures the diversity of generated images, relative to real ones, and the size of the gradients.
import type { Config } from '../../config/config.ts';
import type { Dataset } from '../../data/dataset/open.ts';
import type { CompiledProgram } from '../../engines/engine.ts';
import { latentsOfSeeds } from '../../models/latents.ts';
import { samplerFeeds } from '../../models/sampler.ts';
import { RandomStream } from '../../random.ts';
import { functionNames } from '../program.ts';
import { generatorPasses } from '../schedule.ts';
import type { HealthMeasurements } from './health.ts';
import { healthProbeImages } from './health-measurements.ts';
import { imageSpread, relativeDiversity } from './relative-diversity.ts';

/** Every probe uses the same latents and the same real images. */
export function createHealthProbe(
  config: Config,
  dataset: Dataset,
  program: CompiledProgram,
): (step: number) => Promise<HealthMeasurements> {
  const { generator, discriminator, training } = config;
  const count = healthProbeImages(dataset.count);
  const real = imageSpread(realImages(config, dataset, count), count);
  const seeds = Array.from({ length: count }, (_, seed) => seed);
  const latents = latentsOfSeeds(generator.latent, seeds);
  return async (step) => {
    const feeds = samplerFeeds(latents, generatorPasses(config, step));
    const { images, norms } = await program.run(functionNames.healthProbe, feeds); // waits for the engine
    return {
      diversity: relativeDiversity(imageSpread(images!, count), real),
      // Adam's first moment with its bias correction
      generatorGradient: norms![0]! / (1 - generator.optimizer.beta1 ** (step * training.generatorSteps)),
      discriminatorGradient: norms![1]! / (1 - discriminator.optimizer.beta1 ** (step * training.discriminatorSteps)),
    };
  };
}

/** [count, h, w, c] in data.range. */
function realImages({ seed, data }: Config, dataset: Dataset, count: number): Float32Array {
  const [low, high] = data.range;
  // A stream's name determines its values, so this one keeps its old name
  const chosen = new RandomStream(seed, 'vitals').permutation(dataset.count).subarray(0, count);
  return Float32Array.from(dataset.read(chosen), (value) => low + ((high - low) * value) / 255);
}
