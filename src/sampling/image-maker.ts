// Latents in, pixels out: a trained generator in inference mode, as many images per call as memory and speed allow.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Config } from '../config/config.ts';
import type { CompileOptions, Engine } from '../engines/engine.ts';
import { elementCount } from '../formats/tensor-shape.ts';
import type { Network } from '../models/network.ts';
import { samplerFeeds, samplerProgram } from '../models/sampler.ts';
import { singleLayersOf } from '../models/infer-shapes.ts';
import { toPixels } from '../pictures/images.ts';
import type { TrainedGenerator } from './trained-generator.ts';

export interface ImageMaker {
  /** How many images one call of the engine makes. */
  imagesPerCall: number;
  /** latents float32 [count, size] -> uint8 [count, height, width, channels]. */
  make(latents: Float32Array): Promise<Uint8Array>;
  /** Takes other weights of the same network from here on. */
  write(weights: TrainedGenerator['weights'], passes: number): Promise<void>;
  dispose(): void;
}

/** Compiles a generator for about `count` images, in float32, so that the same seed is the same image on every machine. */
export async function openImageMaker(
  engine: Engine,
  { config, network, weights, passes: startPasses }: TrainedGenerator,
  count: number,
  { onTuning = () => {}, signal }: Pick<CompileOptions, 'onTuning' | 'signal'> = {},
): Promise<ImageMaker> {
  const size = Math.min(imagesPerCall(network, count), engine.info.name === 'wasm' ? fewPerCall : mostPerCall);
  const compiled = await engine.compile(samplerProgram(inferring(config), network, size), {
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
      await nextTurn(); // signals are heard here
      signal?.throwIfAborted();
      const batch = new Float32Array(size * latentSize); // the last one is filled up with zeros
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

/** Whatever a run's own grids do: with the statistics of its batch, an image would change with its neighbours. */
function inferring(config: Config): Config {
  const { outputs } = config;
  return { ...config, outputs: { ...outputs, grid: { ...outputs.grid, batchNorm: 'moving' } } };
}

const worthTuning = 1000; // images; for fewer, tuning convolutions takes longer than it saves
const mostPerCall = 256;
const fewPerCall = 32; // where more at once are not faster: progress is seen, and memory saved
const maxValues = 2 ** 25; // of one layer's output, 128 MiB

/** A number of images per call that keeps the largest layer's output within bounds. */
export function imagesPerCall(generator: Network, count: number): number {
  const largest = Math.max(...singleLayersOf(generator.layers).map(({ output }) => elementCount(output)));
  return Math.max(1, Math.min(mostPerCall, count, Math.floor(maxValues / largest)));
}
