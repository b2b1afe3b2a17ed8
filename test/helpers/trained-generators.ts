// Generators with weights that give varied images, as if trained: shipped designs with few channels, or any layers.
import { join } from 'node:path';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load/load.ts';
import type { Layer } from '../../src/config/schema/layers.ts';
import { openWasm } from '../../src/engines/wasm/engine.ts';
import { latentsOfSeeds } from '../../src/models/latents.ts';
import { buildNetwork, parametersOf } from '../../src/models/network.ts';
import { openImageMaker } from '../../src/sampling/image-maker.ts';
import type { TrainedGenerator } from '../../src/sampling/trained-generator.ts';
import { packageDirectory } from '../../src/system/package-directory.ts';
import { hashedValues } from './hashed-values.ts';
import { minimalConfig } from './minimal-config.ts';
import { configOf } from './tiny-network.ts';

/** A shipped config's generator with a sixteenth of its channels; its images keep their size. */
export async function shippedDesign(file: string): Promise<TrainedGenerator> {
  const config = await loadConfig(join(packageDirectory, 'configs', file));
  const { channels } = config.data;
  const small = (width: number) => (width <= channels ? width : Math.max(4, width / 16));
  const layers = config.generator.layers.map((layer): Layer => {
    if ('filters' in layer) return { ...layer, filters: small(layer.filters) };
    if (layer.type === 'dense') return { ...layer, units: layer.units / 16 };
    if (layer.type !== 'reshape' || layer.shape[0] === 1) return layer;
    return { ...layer, shape: [layer.shape[0], layer.shape[1], layer.shape[2] / 16] };
  });
  const grid = { ...config.outputs.grid, batchNorm: 'moving' as const }; // with batch statistics a seed's image would depend on its batch
  return withWeights({
    ...config,
    generator: { ...config.generator, layers },
    outputs: { ...config.outputs, grid },
  });
}

/** A generator of these layers, from 6 latents (or as given) to images of this shape. */
export function generatorOf(
  layers: readonly Record<string, unknown>[],
  {
    size = 8,
    channels = 1,
    range = [-1, 1],
    latent = { size: 6 },
  }: {
    size?: number | [number, number];
    channels?: number;
    range?: number[];
    latent?: Record<string, unknown>;
  },
): TrainedGenerator {
  const content = minimalConfig();
  content.data = { folder: 'pictures', size, channels, range };
  content.generator = { latent, layers: [...layers] };
  return withWeights(configOf(content));
}

/** Kernels scaled to keep activations near 1, and batch-norm statistics as after 300 training passes. */
function withWeights(config: Config): TrainedGenerator {
  const network = buildNetwork('generator', config.generator, [config.generator.latent.size]);
  const weights = Object.fromEntries(
    parametersOf(network).map(({ name, part, shape }) => {
      const count = shape.reduce((product, side) => product * side, 1);
      const values = hashedValues(name, count);
      if (part === 'movingVariance' || part === 'gamma') return [name, values.map((value) => 1.5 + value)];
      if (part === 'u' || part === 'v') return [name, values];
      if (part !== 'kernel') return [name, values.map((value) => value / 4)];
      const inputs = shape.length === 2 ? shape[0]! : count / Math.max(shape[2]!, shape[3]!);
      return [name, values.map((value) => (2.4 * value) / Math.sqrt(inputs))];
    }),
  );
  return { config, network, weights, passes: 300 };
}

/** The images of `dcgan sample` for these seeds: uint8 [seeds, height, width, channels]. */
export function sampledPixels(generator: TrainedGenerator, seeds: readonly number[]): Promise<Uint8Array> {
  return madePixels(generator, seeds, (latents) => latents);
}

/** As `sampledPixels`, for the seeds' latents after a change. */
export async function madePixels(
  generator: TrainedGenerator,
  seeds: readonly number[],
  change: (latents: Float32Array) => Float32Array,
): Promise<Uint8Array> {
  const maker = await openImageMaker(await openWasm(), generator, seeds.length);
  const pixels = await maker.make(change(latentsOfSeeds(generator.config.generator.latent, seeds)));
  maker.dispose();
  return pixels;
}

/** The largest difference between two images' bytes. */
export function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) throw new Error(`${actual.length} bytes, not ${expected.length}`);
  let largest = 0;
  for (let i = 0; i < expected.length; i++) largest = Math.max(largest, Math.abs(actual[i]! - expected[i]!));
  return largest;
}
