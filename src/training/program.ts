// The program of a training run: its variables, and one function per kind of step and batch size.
import type { Config } from '../config/config.ts';
import type { FeedSpec, HostValues, Program, ProgramFunction, Shape } from '../engines/engine.ts';
import { elementCount } from '../formats/tensor-shape.ts';
import { averageVariables, initialAverages } from '../models/average.ts';
import { singleLayersOf } from '../models/infer-shapes.ts';
import { initialValues } from '../models/initial-values.ts';
import { hasTrait } from '../models/layer-registry.ts';
import { type Network, type NetworkName, parametersOf } from '../models/network.ts';
import type { Networks } from '../models/networks.ts';
import { samplerFunction } from '../models/sampler.ts';
import { healthProbeFunction } from './health/health-measurements.ts';
import { drainMeans, meansVariables } from './means.ts';
import { isBeta2Fed, optimizerVariables } from './optimizer.ts';
import { augmentVariables } from './regularisation/adaptive-augment.ts';
import { fakeCount } from './schedule.ts';
import { discriminatorStep, type Gan, generatorStep, trainingStep } from './step.ts';

const withoutPenalty = '-without-penalty';

/**
 * Names of the program's functions; each batch size has its own. With a lazy gradient penalty, the functions that update the
 * discriminator come in two variants: with the penalty, under the usual name, and without it.
 */
export const functionNames = {
  step: (images: number, isPenalised = true) => `step-${images}${isPenalised ? '' : withoutPenalty}`,
  discriminatorStep: (images: number, isPenalised = true) =>
    `discriminator-step-${images}${isPenalised ? '' : withoutPenalty}`,
  generatorStep: 'generator-step',
  drainMeans: 'drain-means',
  sample: 'sample',
  healthProbe: 'health-probe',
};

/**
 * @param batchSizes the full batch, and the short last one if it is kept
 * @param samples number of images in a sample grid
 * @param probeImages number of images in a health probe; 0 leaves out that function
 */
export function trainingProgram(
  config: Config,
  networks: Networks,
  batchSizes: readonly number[],
  samples: number,
  probeImages = 0,
): Program {
  const gan: Gan = { config, networks };
  const { discriminatorSteps, generatorSteps, batchSize, freshLatents } = config.training;
  const shared = sharedFeeds(config, networks);
  const functions: Record<string, ProgramFunction> = {
    [functionNames.drainMeans]: drainMeans,
    [functionNames.sample]: { ...samplerFunction(config, networks.generator, samples), skipTuning: true },
  };
  if (probeImages > 0) {
    functions[functionNames.healthProbe] = healthProbeFunction(config, networks, probeImages);
  }
  const isLazy = (config.training.gradientPenalty?.every ?? 1) > 1;
  for (const count of batchSizes) {
    for (const isPenalised of isLazy ? [true, false] : [true]) {
      const feeds = { ...discriminatorFeeds(config, count, isPenalised), ...shared };
      if (!freshLatents) {
        functions[functionNames.step(count, isPenalised)] = {
          feeds: { ...feeds, ...generatorFeeds(config) },
          body: trainingStep(gan),
        };
      }
      if (freshLatents || discriminatorSteps > 1) {
        functions[functionNames.discriminatorStep(count, isPenalised)] = { feeds, body: discriminatorStep(gan) };
      }
    }
  }
  if (freshLatents || generatorSteps > 1) {
    const feeds = { ...latents(config, batchSize), ...generatorFeeds(config), ...shared };
    functions[functionNames.generatorStep] = { feeds, body: generatorStep(gan) };
  }
  return { variables: trainingVariables(config, networks), functions };
}

function trainingVariables(config: Config, { generator, discriminator }: Networks): Record<string, Shape> {
  return {
    ...networkVariables(generator),
    ...networkVariables(discriminator),
    ...optimizerVariables(generator),
    ...optimizerVariables(discriminator),
    ...(config.training.ema ? averageVariables(generator) : {}),
    ...augmentVariables(config),
    ...meansVariables,
  };
}

function networkVariables(network: Network): Record<string, Shape> {
  return Object.fromEntries(parametersOf(network).map(({ name, shape }) => [name, shape]));
}

/** Values of all variables at step 0: weights drawn from the seed, their averages, and zeros for everything else. */
export function startingValues(program: Program, config: Config, { generator, discriminator }: Networks): HostValues {
  const zeros = Object.entries(program.variables).map(([name, shape]) => [name, new Float32Array(elementCount(shape))]);
  const drawn = initialValues([generator, discriminator], config.seed);
  const averages = config.training.ema ? initialAverages(generator, drawn) : {};
  return { ...Object.fromEntries(zeros), ...drawn, ...averages };
}

function discriminatorFeeds(config: Config, count: number, isPenalised: boolean): Record<string, FeedSpec> {
  const { height, width, channels } = config.data;
  const fakes = fakeCount(config, count);
  return {
    images: { shape: [count, height, width, channels], dtype: 'uint8' },
    ...latents(config, fakes),
    realLabels: { shape: [count, 1], dtype: 'float32' },
    fakeLabels: { shape: [fakes, 1], dtype: 'float32' },
    ...rates(config, 'discriminator'),
    ...(config.training.gradientPenalty && isPenalised ? { penaltyWeight: { shape: [], dtype: 'float32' } } : {}),
  };
}

function generatorFeeds(config: Config): Record<string, FeedSpec> {
  return {
    ...rates(config, 'generator'),
    ...(config.training.ema ? { averageDecay: { shape: [], dtype: 'float32' } } : {}),
  };
}

function latents({ generator }: Config, count: number): Record<string, FeedSpec> {
  return { latents: { shape: [count, generator.latent.size], dtype: 'float32' } };
}

function rates(config: Config, network: NetworkName): Record<string, FeedSpec> {
  return { [`${network}Rates`]: { shape: [isBeta2Fed(config[network].optimizer) ? 3 : 2], dtype: 'float32' } };
}

/** The deviation of instance noise, and a seed if the step draws random numbers. */
function sharedFeeds({ training }: Config, networks: Networks): Record<string, FeedSpec> {
  const layers = [networks.generator, networks.discriminator].flatMap((network) => singleLayersOf(network.layers));
  const { instanceNoise, diffAugment, gradientPenalty } = training;
  const random =
    instanceNoise ||
    diffAugment.length > 0 ||
    gradientPenalty?.type === 'wgan-gp' ||
    layers.some(({ layer }) => hasTrait(layer, 'random'));
  return {
    ...(instanceNoise ? { noiseDeviation: { shape: [], dtype: 'float32' } } : {}),
    ...(random ? { noiseSeed: { shape: [1], dtype: 'int32' } } : {}),
  };
}
