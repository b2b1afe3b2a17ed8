// Generators that have never been trained but have run: random weights, and the averages and singular vectors that running
// leaves behind. In the shapes of shipped configs, and in one with everything that those have not.
import { join } from 'node:path';
import type { Scalar, Tensor1D } from '@tensorflow/tfjs-core';
import { mean } from '@tensorflow/tfjs-core';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { HostValues, Program } from '../../src/engines/engine.ts';
import { openEngine } from '../../src/engines/open.ts';
import type { ExportSource } from '../../src/exports/format.ts';
import { initialValues } from '../../src/models/initial-values.ts';
import { latentsOfSeeds } from '../../src/models/latents.ts';
import { applyNetwork, type Network, parametersOf } from '../../src/models/network.ts';
import { buildNetworks } from '../../src/models/networks.ts';
import { packageDirectory } from '../../src/package-directory.ts';
import { hashedValues } from '../helpers/hashed-values.ts';
import { minimalConfig } from '../helpers/minimal-config.ts';
import { configOf } from '../helpers/tiny-network.ts';

/** Unequal paddings, sides and strides, output beyond the kernels' reach, bilinear upsampling, spectral norms, features as vectors. */
function oddConfig(): Config {
  const content = minimalConfig();
  content.data = { folder: 'pictures', size: [15, 24], channels: 3, range: [-0.5, 2] };
  content.generator = {
    latent: { size: 12, distribution: 'uniform' },
    initializer: { type: 'normal', deviation: 0.3 },
    layers: [
      { type: 'reshape', shape: [2, 2, 3] },
      { type: 'conv', filters: 4, kernel: [1, 2], spectralNorm: true },
      { type: 'flatten' },
      { type: 'relu' },
      { type: 'dense', units: 30, spectralNorm: true, bias: false },
      { type: 'batchNorm', scale: false, momentum: 0.99 },
      { type: 'dropout', rate: 0.5 },
      { type: 'reshape', shape: [3, 2, 5] },
      { type: 'batchNorm', center: false },
      { type: 'convTranspose', filters: 6, kernel: [4, 3], stride: [2, 3], padding: [0, 2, 1, 0], spectralNorm: true },
      { type: 'convTranspose', filters: 5, kernel: 3, stride: 2, padding: 0, outputPadding: 1 },
      { type: 'leakyRelu', slope: 0.4 },
      { type: 'conv', filters: 4, kernel: 3, padding: [2, 1, 0, 2] },
      { type: 'upsample', factor: [1, 2], method: 'bilinear' },
      { type: 'upsample', factor: [2, 1], method: 'nearest' },
      { type: 'conv', filters: 3, kernel: 4, stride: [2, 1] },
      { type: 'sigmoid' },
    ],
  };
  return configOf(content);
}

export const shapeNames = ['mnist', 'afg', 'emoji', 'simpsons', 'odd'] as const;
export type ShapeName = (typeof shapeNames)[number];

/** A generator of this shape, the same each time. */
export async function randomSource(shape: ShapeName): Promise<ExportSource> {
  const config = shape === 'odd' ? oddConfig() : await shippedConfig(shape);
  const { generator: network } = buildNetworks(config);
  const weights = await afterRunning(config, network, startingValues(network));
  return { generator: { config, network, weights, passes }, name: shape, step: 1, runHash: '0123456' };
}

const shipped = {
  mnist: { file: 'mnist.yaml', set: [] },
  afg: { file: 'afg.yaml', set: [] },
  emoji: { file: 'emoji.json', set: [] },
  simpsons: {
    file: 'simpsons.yaml',
    set: [
      'outputs.grid.batchNorm=moving',
      ...['0.units=2048', '2.shape=[8,8,32]', '3.filters=24', '6.filters=16', '9.filters=12'].map(narrower),
    ],
  },
};

/** 24 million parameters would only take time. */
function narrower(change: string): string {
  return `generator.layers[${change.replace('.', '].')}`;
}

function shippedConfig(shape: keyof typeof shipped): Promise<Config> {
  const { file, set } = shipped[shape];
  return loadConfig(join(packageDirectory, 'configs', file), set);
}

const passes = 3;
const batchSize = 4;

/** Initial values, kernels doubled for the sake of contrast, and no gamma, beta or bias that is the same for all channels. */
function startingValues(network: Network): HostValues {
  const initial = initialValues([network], 1);
  const entries = parametersOf(network).map(({ name, part }) => {
    const values = initial[name]!;
    if (part === 'kernel') return [name, values.map((value) => 2 * value)];
    if (!['gamma', 'beta', 'bias'].includes(part)) return [name, values];
    const noise = hashedValues(name, values.length);
    return [name, values.map((value, i) => value + 0.3 * noise[i]!)];
  });
  return Object.fromEntries(entries);
}

async function afterRunning(config: Config, network: Network, values: HostValues): Promise<HostValues> {
  const program: Program = {
    variables: Object.fromEntries(parametersOf(network).map(({ name, shape }) => [name, shape])),
    functions: {
      run: {
        feeds: {
          latents: { shape: [batchSize, ...network.input], dtype: 'float32' },
          dropoutSeed: { shape: [1], dtype: 'int32' },
        },
        body(variables, feeds) {
          let draws = 0;
          const pass = {
            variables,
            training: true,
            dropoutSeed: feeds['dropoutSeed'] as Tensor1D,
            nextDraw: () => draws++,
          };
          const { y, updates } = applyNetwork(network, feeds['latents']!, pass);
          return { outputs: { mean: mean(y) as Scalar }, updates };
        },
      },
    },
  };
  const { engine } = await openEngine('auto');
  const compiled = await engine.compile(program, { precision: 'float32' });
  await compiled.write(values);
  for (let pass = 0; pass < passes; pass++) {
    const seeds = Array.from({ length: batchSize }, (_, i) => 1000 + pass * batchSize + i);
    const latents = latentsOfSeeds(config.generator.latent, seeds);
    await compiled.run('run', { latents, dropoutSeed: Int32Array.of(pass) });
  }
  const after = await compiled.read();
  compiled.dispose();
  return after;
}
