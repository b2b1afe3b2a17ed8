// Compiles a trained generator on an engine and generates images from latents, in batches that fit into memory.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Config } from '../config/config.ts';
import type { CompileOptions, Engine } from '../engines/engine.ts';
import { elementCount } from '../formats/tensor-shape.ts';
import { singleLayersOf } from '../models/infer-shapes.ts';
import type { Network } from '../models/network.ts';
import { samplerFeeds, samplerProgram } from '../models/sampler.ts';
import { toPixels } from '../pictures/images.ts';
import type { TrainedGenerator } from './trained-generator.ts';

export interface ImageMaker {
  /** Images per call of the engine. */
  imagesPerCall: number;
  /** latents float32 [count, size] -> uint8 [count, height, width, channels]. */
  make(latents: Float32Array): Promise<Uint8Array>;
  /** Replaces the weights by others of the same network. */
  write(weights: TrainedGenerator['weights'], passes: number): Promise<void>;
  dispose(): void;
}

/** Compiles a generator for about `count` images, in float32, so that a seed gives the same image on every machine. */
export async function openImageMaker(
  engine: Engine,
  { config, network, weights, passes: startPasses }: TrainedGenerator,
  count: number,
  { onTuning = () => {}, signal }: Pick<CompileOptions, 'onTuning' | 'signal'> = {},
): Promise<ImageMaker> {
  const size = Math.min(imagesPerCall(network, count), engine.info.name === 'wasm' ? fewPerCall : maxPerCall);
  const compiled = await engine.compile(samplerProgram(withMovingAverages(config), network, size), {
    precision: 'float32',
    ...(count >= worthTuning && { onTuning }),
    signal,
  });
  await compiled.write(weights);
  const latentSize = config.generator.latent.size;
  let passes = startPasses;

  async function make(latents: Float32Array): Promise<Uint8Array> {
    const wanted = latents.length / latentSize;
    const imageSize = elementCount(network.output);
    const pixels = new Uint8Array(wanted * imageSize);
    for (let first = 0; first < wanted; first += size) {
      await nextTurn(); // lets signal handlers run
      signal?.throwIfAborted();
      const batch = new Float32Array(size * latentSize); // the last batch is padded with zeros
      batch.set(latents.subarray(first * latentSize, (first + size) * latentSize));
      const { images } = await compiled.run('sample', samplerFeeds(batch, passes));
      const needed = Math.min(size, wanted - first) * imageSize;
      pixels.set(toPixels(images!.subarray(0, needed), config.data.range), first * imageSize);
    }
    return pixels;
  }
  async function write(next: TrainedGenerator['weights'], nextPasses: number): Promise<void> {
    await compiled.write(next);
    passes = nextPasses;
  }
  return { imagesPerCall: size, make, write, dispose: () => compiled.dispose() };
}

/** Moving averages always: with batch statistics, an image would depend on the others in its batch. */
function withMovingAverages(config: Config): Config {
  const { outputs } = config;
  return { ...config, outputs: { ...outputs, grid: { ...outputs.grid, batchNorm: 'moving' } } };
}

const worthTuning = 1000; // images; for fewer, tuning convolutions takes longer than it saves
const maxPerCall = 256;
const fewPerCall = 32; // if more are no faster: shows progress and saves memory
const maxValues = 2 ** 25; // of one layer's output as float32, 128 MiB

/** Limits the largest layer's output to 128 MiB. */
export function imagesPerCall(generator: Network, count: number): number {
  const largest = Math.max(...singleLayersOf(generator.layers).map(({ output }) => elementCount(output)));
  return Math.max(1, Math.min(maxPerCall, count, Math.floor(maxValues / largest)));
}
