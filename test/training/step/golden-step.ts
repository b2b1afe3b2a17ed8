// Compares a whole training step of every shipped config, of a residual and of a relativistic GAN with PyTorch, Keras and
// TensorFlow (test/fixtures/step): losses, and the changes of weights, batch-norm statistics and Adam's first moments.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Config } from '../../../src/config/config.ts';
import { loadConfig } from '../../../src/config/load/load.ts';
import type { Engine, FeedSpec, Feeds, FeedValues, HostValues } from '../../../src/engines/engine.ts';
import { elementCount } from '../../../src/formats/tensor-shape.ts';
import { buildNetworks } from '../../../src/models/networks.ts';
import { packageDirectory } from '../../../src/system/package-directory.ts';
import { fedRates } from '../../../src/training/optimizer.ts';
import { functionNames, startingValues, trainingProgram } from '../../../src/training/program.ts';
import { hashedValues } from '../../helpers/hashed-values.ts';

interface Norms {
  away: number;
  shrink: number;
}

export interface GoldenStep {
  batchSize: number;
  /** Prefix of the names of images and latents. */
  inputs: string;
  /** Moves betas further from 0 by `away`, then multiplies gammas and betas by `shrink` (`keep_from_kinks` of golden.py). */
  norms?: Norms;
  losses: Record<'discriminator' | 'generator', number>;
  /** By variable: the norm of its change, then samples of the change; sample j of S is element floor(j n / S). */
  changes: Record<string, number[]>;
}

const noiseSeed = 12345; // SEED of golden.py
const earlierSteps = 2;

/** RULES of golden.py: scale and offset by the last part of a name; others 1 and 0. */
const rules: Record<string, readonly [scale: number, offset: number]> = {
  bias: [0.05, 0],
  gamma: [0.1, 1],
  beta: [0.1, 0],
  movingMean: [0.05, 0],
  movingVariance: [0.1, 1],
  m: [3e-3, 0],
  v: [5e-5, 1e-4],
  realLabels: [0.1, 0.9],
  fakeLabels: [0.1, 0.1],
};

/** Relative; the frameworks computed in float64. */
const lossTolerance = 1e-4;
/** Relative to the change, plus half a unit in the last place of the changed value. */
const changeTolerance = 1e-3;
const float32Rounding = 2 ** -24;

/** A step of a shipped config with the fixture's batch size; the first test opens the engine. */
export function goldenStepTest(
  open: () => Promise<Engine>,
  name: string,
  {
    skip = false,
    fixture = name,
    set = [],
    folder = 'configs',
  }: { skip?: string | false; fixture?: string; set?: string[]; folder?: string } = {},
): void {
  test(`computes the step of ${fixture} as its framework does`, { skip }, async () => {
    const path = new URL(`../../fixtures/step/${fixture}.json`, import.meta.url);
    const golden = JSON.parse(readFileSync(path, 'utf8')) as GoldenStep;
    const settings = [`training.batchSize=${golden.batchSize}`, ...set];
    const config = await loadConfig(join(packageDirectory, folder, `${name}.yaml`), settings);
    await checkStep(await open(), config, golden);
  });
}

/** The relativistic loss in every order of the updates, without a penalty, with R1, with R2 and with both. */
export function relativisticStepTests(
  open: () => Promise<Engine>,
  { skip = false }: { skip?: string | false } = {},
): void {
  for (const order of ['discriminator-first', 'generator-first', 'simultaneous']) {
    for (const on of ['none', 'real', 'fake', 'both']) {
      const penalty = [
        'training.gradientPenalty.type=r1',
        'training.gradientPenalty.weight=3',
        `training.gradientPenalty.on=${on}`,
      ];
      const set = [`training.order=${order}`, ...(on === 'none' ? [] : penalty)];
      const fixture = `relativistic-${order}-${on}`;
      goldenStepTest(open, 'relativistic', { skip, fixture, set, folder: 'test/fixtures/step' });
    }
  }
}

/** @param fed the calls of more than one step, with their feeds */
export async function checkStep(
  engine: Engine,
  config: Config,
  golden: GoldenStep,
  fed?: readonly { name: string; feeds: Feeds }[],
): Promise<void> {
  const networks = buildNetworks(config);
  const program = trainingProgram(config, networks, [golden.batchSize], 1);
  const given = Object.entries(program.variables).filter(([name]) => !name.startsWith('means/'));
  const before = Object.fromEntries(given.map(([name, shape]) => [name, valuesOf(name, shape, golden.norms)]));
  const compiled = await engine.compile(program, { precision: 'float32' });
  await compiled.write({ ...startingValues(program, config, networks), ...before });
  const calls =
    fed ??
    callsOf(config, golden).map(({ name, latents }) => ({
      name,
      feeds: feedsOf(config, program.functions[name]!.feeds, {
        images: `${golden.inputs}/images`,
        latents: `${golden.inputs}/${latents}`,
      }),
    }));
  for (const { name, feeds } of calls) await compiled.run(name, feeds);
  const after = await compiled.read();
  compiled.dispose();

  checkLoss('discriminator', after, golden);
  checkLoss('generator', after, golden);
  const followed = given.map(([name]) => name).filter((name) => !name.endsWith('/v')); // the update follows from v
  assert.deepEqual(followed.sort(), Object.keys(golden.changes).sort());
  for (const [name, change] of Object.entries(golden.changes)) {
    checkChange(name, after[name]!, before[name]!, change);
  }
}

/** The function calls of a step, each with the name of its latents. */
function callsOf({ training }: Config, { batchSize }: GoldenStep): { name: string; latents: string }[] {
  if (!training.freshLatents) return [{ name: functionNames.step(batchSize), latents: 'latents/0' }];
  const discriminator = { name: functionNames.discriminatorStep(batchSize), latents: 'latents/0' };
  const generator = { name: functionNames.generatorStep, latents: 'latents/1' };
  return training.order === 'generator-first' ? [generator, discriminator] : [discriminator, generator];
}

function feedsOf(
  config: Config,
  specs: Record<string, FeedSpec>,
  { images, latents }: Record<'images' | 'latents', string>,
): Record<string, FeedValues> {
  const { inverted } = config.training.labels;
  const rates = ({ optimizer }: Config['generator' | 'discriminator']) =>
    fedRates(optimizer, optimizer as { learningRate: number; beta2: number }, earlierSteps + 1);
  const makers: Record<string, (shape: readonly number[]) => FeedValues> = {
    images: (shape) => Uint8Array.from(hashedValues(images, elementCount(shape)), (x) => Math.floor((x + 1) * 128)),
    latents: (shape) => valuesOf(latents, shape),
    realLabels: (shape) => valuesOf(inverted ? 'fakeLabels' : 'realLabels', shape),
    fakeLabels: (shape) => valuesOf(inverted ? 'realLabels' : 'fakeLabels', shape),
    generatorRates: () => rates(config.generator),
    discriminatorRates: () => rates(config.discriminator),
    noiseSeed: () => Int32Array.of(noiseSeed),
    penaltyWeight: () => Float32Array.of(config.training.gradientPenalty!.weight as number),
    noiseDeviation: () => Float32Array.of(config.training.instanceNoise?.deviation as number),
  };
  return Object.fromEntries(Object.entries(specs).map(([name, { shape }]) => [name, makers[name]!(shape)]));
}

/** A tensor by formula: float32(offset + scale * hashed(name)). */
function valuesOf(
  name: string,
  shape: readonly number[],
  { away, shrink }: Norms = { away: 0, shrink: 1 },
): Float32Array {
  const part = name.split('/').at(-1)!;
  const [scale, offset] = part === 'kernel' ? [kernelScale(shape), 0] : (rules[part] ?? [1, 0]);
  const values = hashedValues(name, elementCount(shape));
  if (part === 'beta') return values.map((value) => shrink * (scale * value + away * Math.sign(value)));
  if (part === 'gamma') return values.map((value) => shrink * (offset + scale * value));
  return values.map((value) => offset + scale * value);
}

function kernelScale(shape: readonly number[]): number {
  const [inputs, outputs] = shape.slice(-2);
  return Math.sqrt(6 / (elementCount(shape.slice(0, -2)) * (inputs! + outputs!)));
}

function checkLoss(network: 'discriminator' | 'generator', after: HostValues, { losses }: GoldenStep): void {
  const found = after[`means/${network}`]![1]!;
  const error = Math.abs(found / losses[network] - 1);
  assert.ok(error <= lossTolerance, `${network}'s loss is ${found}, expected ${losses[network]}`);
}

function checkChange(name: string, after: Float32Array, before: Float32Array, [norm, ...samples]: number[]): void {
  const change = Array.from(after, (value, index) => value - before[index]!);
  const indices = samples.map((_, index) => Math.floor((index * change.length) / samples.length));
  const error = normOf(indices.map((index, sample) => change[index]! - samples[sample]!));
  const rounding = float32Rounding * normOf(indices.map((index) => before[index]!));
  const off = Math.max(0, error - rounding) / normOf(samples);
  assert.ok(off <= changeTolerance, `the change of ${name} is off by ${off.toExponential(2)} in samples`);
  const normOff = Math.max(0, Math.abs(normOf(change) - norm!) - float32Rounding * normOf(before)) / norm!;
  assert.ok(
    normOff <= changeTolerance,
    `what is added to ${name} has a norm that is off by ${normOff.toExponential(2)}`,
  );
}

function normOf(values: ArrayLike<number>): number {
  return Math.sqrt(Array.from(values).reduce((sum, value) => sum + value * value, 0));
}
