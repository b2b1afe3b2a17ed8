// A small GAN with every kind of trainable layer, as a training program, with the feeds of its steps.
import { resolveConfig } from '../../src/config/load/load.ts';
import type { CompiledProgram, Feeds, HostValues, Program } from '../../src/engines/engine.ts';
import { buildNetworks } from '../../src/models/networks.ts';
import { fedRates } from '../../src/training/optimizer.ts';
import { functionNames, startingValues, trainingProgram } from '../../src/training/program.ts';
import { hashedValues } from '../helpers/hashed-values.ts';

export type Order = 'discriminator-first' | 'generator-first' | 'simultaneous';

const batch = 6;
const latentSize = 5;
const image = 12 * 12 * 3;
const samples = 4;

export interface SmallGan {
  program: Program;
  start: HostValues;
  step: string;
  samples: number;
  latentSize: number;
  feedsOf(step: number): Feeds;
}

type Layers = Record<'generator' | 'discriminator', Record<string, unknown>[]>;

const plainLayers: Layers = {
  generator: [
    { type: 'dense', units: 72, bias: false },
    { type: 'batchNorm' },
    { type: 'relu' },
    { type: 'reshape', shape: [3, 3, 8] },
    { type: 'convTranspose', filters: 6, kernel: 5, stride: 2, bias: false },
    { type: 'batchNorm' },
    { type: 'leakyRelu', slope: 0.3 },
    { type: 'convTranspose', filters: 3, kernel: 4, stride: 2, padding: 1 },
    { type: 'tanh' },
  ],
  discriminator: [
    { type: 'conv', filters: 6, kernel: 5, stride: 2 },
    { type: 'leakyRelu' },
    { type: 'dropout', rate: 0.3 },
    { type: 'conv', filters: 8, kernel: 3, stride: 3, bias: false },
    { type: 'batchNorm' },
    { type: 'leakyRelu' },
    { type: 'flatten' },
    { type: 'dense', units: 1 },
  ],
};

const conv = (filters: number, more: object = {}) => ({ type: 'conv', filters, kernel: 3, ...more });
const normed = [{ type: 'batchNorm' }, { type: 'relu' }];

/** Residual layers with every kind of shortcut, and minibatch statistics. */
export const residualLayers: Layers = {
  generator: [
    { type: 'dense', units: 72 },
    { type: 'reshape', shape: [3, 3, 8] },
    { type: 'residual', layers: [...normed, { type: 'upsample' }, conv(6, { bias: false }), ...normed, conv(6)] },
    // No bias: the normalisation after it cancels it, and Adam would scale up the rounding error of its gradient.
    {
      type: 'residual',
      layers: [{ type: 'upsample', method: 'bilinear' }, conv(5, { bias: false })],
      shortcut: { bias: false },
    },
    ...normed,
    conv(3),
    { type: 'tanh' },
  ],
  discriminator: [
    { type: 'residual', layers: [conv(6, { spectralNorm: true }), { type: 'leakyRelu' }, { type: 'averagePool' }] },
    { type: 'residual', layers: [{ type: 'leakyRelu' }, conv(6, { stride: 2 })], shortcut: { spectralNorm: true } },
    { type: 'residual', layers: [{ type: 'leakyRelu' }, { type: 'dropout', rate: 0.3 }, conv(6)] },
    { type: 'minibatchStdDev' },
    { type: 'flatten' },
    { type: 'dense', units: 1 },
  ],
};

export function smallGan(order: Order, layers = plainLayers): SmallGan {
  const optimizer = { learningRate: 0.002, beta1: 0.5, beta2: 0.999 };
  const content = {
    seed: 3,
    data: { folder: 'none', size: 12, channels: 3 },
    generator: {
      latent: { size: latentSize },
      initializer: { type: 'glorotUniform' },
      layers: layers.generator,
      optimizer,
    },
    discriminator: {
      initializer: { type: 'glorotUniform' },
      layers: layers.discriminator,
      optimizer,
    },
    training: { steps: 10, batchSize: batch, order, labels: { real: 0.9 } },
  };
  const config = resolveConfig(content, { source: 'small-gan.ts', name: 'small-gan' });
  const networks = buildNetworks(config);
  const program = trainingProgram(config, networks, [batch], samples);
  return {
    program,
    start: startingValues(program, config, networks),
    step: functionNames.step(batch),
    samples,
    latentSize,
    feedsOf: (step) => ({
      images: Uint8Array.from(hashedValues(`images ${step}`, batch * image), (value) => (value + 1) * 128),
      latents: hashedValues(`latents ${step}`, batch * latentSize),
      realLabels: new Float32Array(batch).fill(0.9),
      fakeLabels: new Float32Array(batch),
      generatorRates: fedRates(config.generator.optimizer, optimizer, step),
      discriminatorRates: fedRates(config.discriminator.optimizer, optimizer, step),
      noiseSeed: Int32Array.of(step),
    }),
  };
}

/** Trains some steps from the start. @returns all variables */
export async function train(
  { start, step, feedsOf }: SmallGan,
  compiled: CompiledProgram,
  steps: number,
): Promise<HostValues> {
  await compiled.write(start);
  for (let count = 1; count <= steps; count++) await compiled.run(step, feedsOf(count));
  return compiled.read();
}
