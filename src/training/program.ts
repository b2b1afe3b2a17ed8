// The program of a training run: every variable of both networks and their optimizers, and one function per kind of step.
import type { Config } from '../config/config.ts';
import type { FeedSpec, HostValues, Program, ProgramFunction, Shape } from '../engines/engine.ts';
import { elementCount } from '../engines/feeds.ts';
import { initialValues } from '../models/initial-values.ts';
import { type Network, parametersOf } from '../models/network.ts';
import type { Networks } from '../models/networks.ts';
import { samplerFunction } from '../models/sampler.ts';
import { drainMeans, meansVariables } from './means.ts';
import { optimizerVariables } from './optimizer.ts';
import { discriminatorStep, generatorStep, type Recipe, wholeStep } from './step.ts';

/** Names of the functions; each batch size is a function of its own. */
export const functionNames = {
  step: (images: number) => `step-${images}`,
  discriminatorStep: (images: number) => `discriminator-step-${images}`,
  generatorStep: 'generator-step',
  drainMeans: 'drain-means',
  sample: 'sample',
};

/** @param batchSizes image counts that occur: the full batch, and the short last one if it is kept. */
export function trainingProgram(
  config: Config,
  networks: Networks,
  batchSizes: readonly number[],
  samples: number,
): Program {
  const recipe: Recipe = { config, networks };
  const { discriminatorSteps, generatorSteps, batchSize } = config.training;
  const functions: Record<string, ProgramFunction> = {
    [functionNames.drainMeans]: drainMeans,
    [functionNames.sample]: samplerFunction(networks.generator, samples),
  };
  for (const count of batchSizes) {
    functions[functionNames.step(count)] = {
      feeds: { ...imageFeeds(config, count), ...latentFeeds(config, count), ...rates('generator'), ...seeds(networks) },
      body: wholeStep(recipe),
    };
    if (discriminatorSteps === 1) continue;
    functions[functionNames.discriminatorStep(count)] = {
      feeds: { ...imageFeeds(config, count), ...latentFeeds(config, count), ...seeds(networks) },
      body: discriminatorStep(recipe),
    };
  }
  if (generatorSteps > 1) {
    functions[functionNames.generatorStep] = {
      feeds: { ...latentFeeds(config, batchSize), ...rates('generator'), ...seeds(networks) },
      body: generatorStep(recipe),
    };
  }
  return { variables: trainingVariables(networks), functions };
}

function trainingVariables(networks: Networks): Record<string, Shape> {
  return {
    ...networkVariables(networks.generator),
    ...networkVariables(networks.discriminator),
    ...optimizerVariables(networks.generator),
    ...optimizerVariables(networks.discriminator),
    ...meansVariables,
  };
}

function networkVariables(network: Network): Record<string, Shape> {
  return Object.fromEntries(parametersOf(network).map(({ name, shape }) => [name, shape]));
}

/** Values of all variables at step 0: drawn weights, and zeros for moments and means. */
export function startingValues(program: Program, networks: Networks, seed: number): HostValues {
  const zeros = Object.entries(program.variables).map(([name, shape]) => [name, new Float32Array(elementCount(shape))]);
  return { ...Object.fromEntries(zeros), ...initialValues([networks.generator, networks.discriminator], seed) };
}

function imageFeeds({ data }: Config, count: number): Record<string, FeedSpec> {
  return {
    images: { shape: [count, data.height, data.width, data.channels], dtype: 'uint8' },
    realLabels: { shape: [count, 1], dtype: 'float32' },
    fakeLabels: { shape: [count, 1], dtype: 'float32' },
    ...rates('discriminator'),
  };
}

function latentFeeds({ generator }: Config, count: number): Record<string, FeedSpec> {
  return { latents: { shape: [count, generator.latent.size], dtype: 'float32' } };
}

function rates(network: 'generator' | 'discriminator'): Record<string, FeedSpec> {
  return { [`${network}Rates`]: { shape: [2], dtype: 'float32' } };
}

/** Random masks need a seed; a stack without dropout is not fed one. */
function seeds(networks: Networks): Record<string, FeedSpec> {
  const layers = [...networks.generator.layers, ...networks.discriminator.layers];
  const random = layers.some(({ layer }) => layer.type === 'dropout');
  return random ? { dropoutSeed: { shape: [1], dtype: 'int32' } } : {};
}
