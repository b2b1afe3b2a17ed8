// One whole training step of the shipped designs against PyTorch's (test/fixtures/step/make.py): losses, weights, statistics, Adam's moments.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Engine, Feeds, HostValues } from '../../src/engines/engine.ts';
import { elementCount } from '../../src/engines/feeds.ts';
import { buildNetworks } from '../../src/models/networks.ts';
import { packageDirectory } from '../../src/package-directory.ts';
import { adamRates } from '../../src/training/optimizer.ts';
import { functionNames, startingValues, trainingProgram } from '../../src/training/program.ts';
import { hashedValues } from '../helpers/hashed-values.ts';
import { relativeError } from '../helpers/relative-error.ts';

/** A tensor by formula: float32(offset + scale * hashed(name)). */
interface Recipe {
  shape: number[];
  scale: number;
  offset: number;
}

/** A tensor after the step. Sample j of S is element floor(j n / S). */
interface Summary {
  norm: number;
  mean: number;
  updateNorm: number;
  samples: number[];
}

interface GoldenStep {
  batchSize: number;
  optimizer: { epsilon: number };
  dropoutSeed: number;
  earlierSteps: number;
  inputs: Record<'latents' | 'realLabels' | 'fakeLabels', Recipe>;
  variables: Record<string, Recipe>;
  orders: Record<string, { losses: Record<'discriminator' | 'generator', number>; after: Record<string, Summary> }>;
}

/** Relative; PyTorch computed in float64. */
const tolerance = 1e-4;
/**
 * What is a gradient through and through has a wider one: a single activation of the discriminator's last layer that float32
 * puts on the other side of leaky ReLU's kink changes the generator's gradient by about 1 / sqrt(65,536) = 0.4 %.
 */
const gradientTolerance = 1e-2;

const cases = [
  ['mnist', 'mnist.yaml'],
  ['emoji', 'emoji.json'],
] as const;

/** Two designs, two orders of updates; the engine is opened by the first test. */
export function goldenStepTests(open: () => Promise<Engine>, skip: string | false = false): void {
  for (const [name, file] of cases) {
    const path = new URL(`../fixtures/step/${name}.json`, import.meta.url);
    const golden = JSON.parse(readFileSync(path, 'utf8')) as GoldenStep;
    for (const order of Object.keys(golden.orders)) {
      test(`a step of ${file}, ${order}, is PyTorch's`, { skip }, async () => {
        await checkStep(await open(), await configOf(file, golden, order), golden, order);
      });
    }
  }
}

/** The config as it is shipped, but for the fixture's batch, order and epsilon. */
function configOf(file: string, { batchSize, optimizer }: GoldenStep, order: string): Promise<Config> {
  return loadConfig(join(packageDirectory, 'configs', file), [
    `training.batchSize=${batchSize}`,
    `training.order=${order}`,
    `generator.optimizer.epsilon=${optimizer.epsilon}`,
    `discriminator.optimizer.epsilon=${optimizer.epsilon}`,
  ]);
}

async function checkStep(engine: Engine, config: Config, golden: GoldenStep, order: string): Promise<void> {
  const { losses, after } = golden.orders[order]!;
  const networks = buildNetworks(config);
  const program = trainingProgram(config, networks, [golden.batchSize], 1);
  const before = { ...startingValues(program, networks, 0), ...valuesOf(golden.variables) };
  const compiled = await engine.compile(program, { precision: 'float32' });
  await compiled.write(before);
  const name = functionNames.step(golden.batchSize);
  await compiled.run(name, feedsOf(config, golden, Object.keys(program.functions[name]!.feeds)));
  const found = await compiled.read();
  compiled.dispose();

  const { 'means/discriminator': discriminator, 'means/generator': generator, ...variables } = found;
  assertClose([discriminator![1]!], [losses.discriminator], 'discriminator loss');
  assertClose([generator![1]!], [losses.generator], 'generator loss');
  assert.deepEqual(Object.keys(variables).sort(), Object.keys(after).sort());
  for (const [variable, summary] of Object.entries(after)) {
    checkVariable(variable, variables[variable]!, before[variable]!, summary);
  }
}

function checkVariable(name: string, values: Float32Array, before: Float32Array, summary: Summary): void {
  const { norm, mean, updateNorm, samples } = summary;
  const count = values.length;
  const within = name.startsWith('optimizer/') ? gradientTolerance : tolerance;
  const picked = samples.map((_, index) => values[Math.floor((index * count) / samples.length)]!);
  assertClose(picked, samples, name, within);
  assertClose([normOf(values)], [norm], `norm of ${name}`, within);
  const update = values.map((value, index) => value - before[index]!);
  assertClose([normOf(update)], [updateNorm], `update of ${name}`, gradientTolerance);
  const meanFound = values.reduce((sum, value) => sum + value, 0) / count;
  assert.ok(Math.abs(meanFound - mean) <= (within * norm) / Math.sqrt(count), `mean of ${name} is ${meanFound}`);
}

function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string, within = tolerance): void {
  const error = relativeError(actual, expected);
  assert.ok(error <= within, `${what} is off by ${error.toExponential(2)}`);
}

function normOf(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

function valuesOf(recipes: Record<string, Recipe>): HostValues {
  return Object.fromEntries(
    Object.entries(recipes).map(([name, { shape, scale, offset }]) => [
      name,
      hashedValues(name, elementCount(shape)).map((value) => offset + scale * value),
    ]),
  );
}

/** The step's feeds, those that it takes; Adam has done some steps before. */
function feedsOf(config: Config, golden: GoldenStep, names: readonly string[]): Feeds {
  const { height, width, channels } = config.data;
  const step = golden.earlierSteps + 1;
  const feeds: Feeds = {
    ...valuesOf(golden.inputs),
    images: Uint8Array.from(hashedValues('images', golden.batchSize * height * width * channels), (value) =>
      Math.floor((value + 1) * 128),
    ),
    generatorRates: Float32Array.from(adamRates(config.generator.optimizer, step)),
    discriminatorRates: Float32Array.from(adamRates(config.discriminator.optimizer, step)),
    dropoutSeed: Int32Array.of(golden.dropoutSeed),
  };
  return Object.fromEntries(names.map((name) => [name, feeds[name]!]));
}
