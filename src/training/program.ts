// The program of a training run: every variable of both networks and their optimizers, and one function per kind of step.
import type { Config } from '../config/config.ts';
import type { FeedSpec, HostValues, Program, ProgramFunction, Shape } from '../engines/engine.ts';
import { elementCount } from '../formats/tensor-shape.ts';
import { averagesOf, averageVariables } from '../models/average.ts';
import { initialValues } from '../models/initial-values.ts';
import { type Network, type NetworkName, parametersOf } from '../models/network.ts';
import type { Networks } from '../models/networks.ts';
import { samplerFunction } from '../models/sampler.ts';
import { singleLayersOf } from '../models/walk.ts';
import { vitalsFunction } from './health/health-measurements.ts';
import { drainMeans, meansVariables } from './means.ts';
import { isBeta2Fed, optimizerVariables } from './optimizer.ts';
import { augmentVariables } from './regularisation/adaptive-augment.ts';
import { fakeCount } from './schedule.ts';
import { discriminatorStep, generatorStep, type Recipe, wholeStep } from './step.ts';

const withoutPenalty = '-without-penalty';

/**
 * Names of the functions; each batch size is a function of its own. With a lazy gradient penalty there are two of each that
 * updates the discriminator: one with the penalty, under the usual name, and one without.
 */
export const functionNames = {
  step: (images: number, isPenalised = true) => `step-${images}${isPenalised ? '' : withoutPenalty}`,
  discriminatorStep: (images: number, isPenalised = true) =>
    `discriminator-step-${images}${isPenalised ? '' : withoutPenalty}`,
  generatorStep: 'generator-step',
  drainMeans: 'drain-means',
  sample: 'sample',
  vitals: 'vitals',
};

/**
 * @param batchSizes image counts that occur: the full batch, and the short last one if it is kept.
 * @param vitals images of a look at the run's health; without any there is no such function.
 */
export function trainingProgram(
  config: Config,
  networks: Networks,
  batchSizes: readonly number[],
  samples: number,
  vitals = 0,
): Program {
  const recipe: Recipe = { config, networks };
  const { discriminatorSteps, generatorSteps, batchSize, freshLatents } = config.training;
  const shared = sharedFeeds(config, networks);
  const functions: Record<string, ProgramFunction> = {
    [functionNames.drainMeans]: drainMeans,
    [functionNames.sample]: { ...samplerFunction(config, networks.generator, samples), skipTuning: true },
  };
  if (vitals > 0) functions[functionNames.vitals] = vitalsFunction(config, networks, vitals);
  const isLazy = (config.training.gradientPenalty?.every ?? 1) > 1;
  for (const count of batchSizes) {
    for (const isPenalised of isLazy ? [true, false] : [true]) {
      const feeds = { ...discriminatorFeeds(config, count, isPenalised), ...shared };
      if (!freshLatents) {
        functions[functionNames.step(count, isPenalised)] = {
          feeds: { ...feeds, ...generatorFeeds(config) },
          body: wholeStep(recipe),
        };
      }
      if (freshLatents || discriminatorSteps > 1) {
        functions[functionNames.discriminatorStep(count, isPenalised)] = { feeds, body: discriminatorStep(recipe) };
      }
    }
  }
  if (freshLatents || generatorSteps > 1) {
    const feeds = { ...latents(config, batchSize), ...generatorFeeds(config), ...shared };
    functions[functionNames.generatorStep] = { feeds, body: generatorStep(recipe) };
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

/** Values of all variables at step 0: drawn weights, their averages, and zeros for moments and means. */
export function startingValues(program: Program, config: Config, { generator, discriminator }: Networks): HostValues {
  const zeros = Object.entries(program.variables).map(([name, shape]) => [name, new Float32Array(elementCount(shape))]);
  const drawn = initialValues([generator, discriminator], config.seed);
  const averages = config.training.ema ? averagesOf(generator, drawn) : {};
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

/** The strength of the noise, and a seed where a step draws random numbers. */
function sharedFeeds({ training }: Config, networks: Networks): Record<string, FeedSpec> {
  const layers = [networks.generator, networks.discriminator].flatMap((network) => singleLayersOf(network.layers));
  const { instanceNoise, diffAugment, gradientPenalty } = training;
  const random =
    instanceNoise ||
    diffAugment.length > 0 ||
    gradientPenalty?.type === 'wgan-gp' ||
    layers.some(({ layer }) => layer.type === 'dropout');
  return {
    ...(instanceNoise ? { noiseDeviation: { shape: [], dtype: 'float32' } } : {}),
    ...(random ? { dropoutSeed: { shape: [1], dtype: 'int32' } } : {}),
  };
}
