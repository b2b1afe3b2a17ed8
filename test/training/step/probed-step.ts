// One training step on networks whose gradients reveal their inputs.
import { compileEagerly } from '../../../src/engines/eager.ts';
import type { Feeds } from '../../../src/engines/engine.ts';
import { buildNetworks } from '../../../src/models/networks.ts';
import { meansOf } from '../../../src/training/means.ts';
import { functionNames, startingValues, trainingProgram } from '../../../src/training/program.ts';
import { hashedValues } from '../../helpers/hashed-values.ts';
import { configOf } from '../../helpers/tiny-network.ts';

// A discriminator D(x) = x k + b and a generator whose output is its bias. With the wgan loss the discriminator's gradient in k is
// mean(fake) - mean(real), so it equals the augmented images; the generator's is the gradient of -D in its image.

export const names = { kernel: 'discriminator/1/kernel', bias: 'discriminator/1/bias', image: 'generator/0/bias' };
const rates = Float32Array.of(1e-4, 1e-8);
const beta1 = 0.5;

interface Setup {
  training?: Record<string, unknown>;
  discriminatorOptimizer?: Record<string, unknown>;
  side?: number;
  feeds?: Feeds;
  /** Factor on D's weights. */
  sign?: number;
}

/** One step on one real and one generated image; gradients come from Adam's first moments. */
export async function probe({ training = {}, discriminatorOptimizer = {}, side = 8, feeds = {}, sign = 1 }: Setup) {
  const pixels = side * side * 3;
  const config = configOf({
    data: { folder: 'x', size: side, channels: 3, range: [0, 1] },
    generator: {
      latent: { size: 1 },
      layers: [
        { type: 'dense', units: pixels },
        { type: 'reshape', shape: [side, side, 3] },
      ],
    },
    discriminator: {
      layers: [{ type: 'flatten' }, { type: 'dense', units: 1 }],
      optimizer: { beta1, ...discriminatorOptimizer },
    },
    training: { steps: 1, batchSize: 1, loss: 'wgan', ...training },
  });
  const networks = buildNetworks(config);
  const program = trainingProgram(config, networks, [1], 1);
  const kernel = hashedValues('kernel', pixels).map((value) => 0.1 * sign * value);
  const fake = hashedValues('fake', pixels).map((value) => 0.5 + 0.5 * value);
  const bytes = Uint8Array.from(hashedValues('real', pixels), (value) => Math.floor((value + 1) * 128));
  const compiled = compileEagerly(program);
  await compiled.write({
    ...startingValues(program, config, networks),
    'generator/0/kernel': new Float32Array(pixels),
    [names.kernel]: kernel,
    [names.bias]: Float32Array.of(0.05 * sign),
    [names.image]: fake,
  });
  const step = functionNames.step(1);
  const all: Feeds = {
    images: bytes,
    latents: Float32Array.of(1),
    realLabels: Float32Array.of(config.training.labels.inverted ? 0 : 1),
    fakeLabels: Float32Array.of(config.training.labels.inverted ? 1 : 0),
    generatorRates: rates,
    discriminatorRates: rates,
    penaltyWeight: Float32Array.of((config.training.gradientPenalty?.weight ?? 0) as number),
    ...feeds,
  };
  const wanted = Object.keys(program.functions[step]!.feeds);
  await compiled.run(step, Object.fromEntries(wanted.map((name) => [name, all[name]!])));
  const after = await compiled.read();
  const means = meansOf(await compiled.run(functionNames.drainMeans, {}));
  compiled.dispose();
  const gradient = (name: string) => after[`optimizer/${name}/m`]!.map((value) => value / (1 - beta1));
  return {
    config,
    means,
    after,
    kernel,
    fake,
    real: Float32Array.from(bytes, (value) => value / 255),
    kernelGradient: gradient(names.kernel),
    biasGradient: gradient(names.bias),
    imageGradient: gradient(names.image),
  };
}

export const minus = (a: Float32Array, b: Float32Array) => a.map((value, index) => value - b[index]!);
export const dot = (a: Float32Array, b: Float32Array) =>
  a.reduce((total, value, index) => total + value * b[index]!, 0);
