import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import type { Config } from '../../../src/config/config.ts';
import { compileEagerly } from '../../../src/engines/eager.ts';
import type { Feeds, HostValues } from '../../../src/engines/engine.ts';
import { buildNetworks } from '../../../src/models/networks.ts';
import { meansOf } from '../../../src/training/means.ts';
import { adamRates } from '../../../src/training/optimizer.ts';
import { functionNames, startingValues, trainingProgram } from '../../../src/training/program.ts';
import { useCpuBackend } from '../../helpers/cpu-backend.ts';
import { hashedValues } from '../../helpers/hashed-values.ts';
import { configOf } from '../../helpers/tiny-network.ts';

// A GAN small enough to be written by hand: z [3, 2] -> tanh(z W + b) [3, 4] and x [3, 4] -> one hidden layer -> logit.

before(useCpuBackend);

const orders = ['discriminator-first', 'generator-first', 'simultaneous'] as const;
type Order = (typeof orders)[number];

const optimizers = {
  generator: { learningRate: 0.05, beta1: 0.5, beta2: 0.9, epsilon: 1e-3 },
  discriminator: { learningRate: 0.08, beta1: 0.4, beta2: 0.99, epsilon: 1e-4 },
};
const steps = 3;
const batch = 3;

function configFor(order: Order): Config {
  const initializer = { type: 'normal', deviation: 0.7 };
  return configOf({
    data: { folder: 'x', size: 2, channels: 1, range: [-1, 1] },
    generator: {
      latent: { size: 2 },
      initializer,
      optimizer: optimizers.generator,
      layers: [{ type: 'dense', units: 4 }, { type: 'reshape', shape: [2, 2, 1] }, { type: 'tanh' }],
    },
    discriminator: {
      initializer,
      optimizer: optimizers.discriminator,
      layers: [
        { type: 'flatten' },
        { type: 'dense', units: 3 },
        { type: 'leakyRelu', slope: 0.2 },
        { type: 'dense', units: 1 },
      ],
    },
    training: { steps, batchSize: batch, order },
  });
}

/** The feeds of step t; images in 0..255. */
function inputs(t: number) {
  return {
    images: Uint8Array.from(hashedValues(`images${t}`, batch * 4), (value) => Math.round(127.5 + 127.5 * value)),
    latents: hashedValues(`latents${t}`, batch * 2),
    realLabels: hashedValues(`real${t}`, batch).map((value) => 0.9 + 0.1 * value),
    fakeLabels: hashedValues(`fake${t}`, batch).map((value) => 0.1 + 0.1 * value),
  };
}

// The reference: plain tfjs, Adam as in its paper, nothing from src/.

type Weights = tf.Tensor[];
interface AdamState {
  weights: Weights;
  m: Weights;
  v: Weights;
  t: number;
}

const generate = ([w, b]: Weights, z: tf.Tensor) => tf.tanh(tf.add(tf.matMul(z as tf.Tensor2D, w as tf.Tensor2D), b!));

function logits([w1, b1, w2, b2]: Weights, x: tf.Tensor): tf.Tensor {
  const hidden = tf.add(tf.matMul(x as tf.Tensor2D, w1 as tf.Tensor2D), b1!);
  const active = tf.maximum(hidden, tf.mul(hidden, 0.2));
  return tf.add(tf.matMul(active as tf.Tensor2D, w2 as tf.Tensor2D), b2!);
}

/** -mean(t log s(x) + (1 - t) log(1 - s(x))), literally. */
function crossEntropy(x: tf.Tensor, t: tf.Tensor): tf.Tensor {
  const p = tf.div(1, tf.add(1, tf.exp(tf.neg(x))));
  return tf.neg(tf.mean(tf.add(tf.mul(t, tf.log(p)), tf.mul(tf.sub(1, t), tf.log(tf.sub(1, p))))));
}

function gradients(loss: (weights: Weights) => tf.Tensor, weights: Weights): { value: number; grads: Weights } {
  const { value, grads } = tf.valueAndGrads((...given: tf.Tensor[]) => loss(given))(weights);
  return { value: value.dataSync()[0]!, grads };
}

function adam(
  state: AdamState,
  grads: Weights,
  { learningRate, beta1, beta2, epsilon }: typeof optimizers.generator,
): AdamState {
  const t = state.t + 1;
  const m = state.m.map((old, i) => tf.add(tf.mul(old, beta1), tf.mul(grads[i]!, 1 - beta1)));
  const v = state.v.map((old, i) => tf.add(tf.mul(old, beta2), tf.mul(tf.square(grads[i]!), 1 - beta2)));
  const weights = state.weights.map((old, i) => {
    const mHat = tf.div(m[i]!, 1 - beta1 ** t);
    const vHat = tf.div(v[i]!, 1 - beta2 ** t);
    return tf.sub(old, tf.div(tf.mul(mHat, learningRate), tf.add(tf.sqrt(vHat), epsilon)));
  });
  return { weights, m, v, t };
}

const fresh = (weights: Weights): AdamState => {
  const zeros = () => weights.map((weight) => tf.zerosLike(weight));
  return { weights, m: zeros(), v: zeros(), t: 0 };
};

function reference(order: Order, start: { generator: Weights; discriminator: Weights }) {
  let [g, d] = [fresh(start.generator), fresh(start.discriminator)];
  const losses = { generator: [] as number[], discriminator: [] as number[] };
  for (let t = 0; t < steps; t++) {
    const given = inputs(t);
    const z = tf.tensor(given.latents, [batch, 2]);
    const real = tf.sub(tf.mul(tf.tensor(Float32Array.from(given.images), [batch, 4]), 2 / 255), 1);
    const [realLabels, fakeLabels] = [tf.tensor(given.realLabels, [batch, 1]), tf.tensor(given.fakeLabels, [batch, 1])];
    const fake = generate(g.weights, z);
    const generatorGradients = (discriminator: Weights) =>
      gradients((weights) => crossEntropy(logits(discriminator, generate(weights, z)), tf.ones([batch, 1])), g.weights);
    const discriminate = () =>
      gradients(
        (weights) =>
          tf.add(crossEntropy(logits(weights, real), realLabels), crossEntropy(logits(weights, fake), fakeLabels)),
        d.weights,
      );
    const before = d.weights;
    const forDiscriminator = discriminate();
    const nextD = adam(d, forDiscriminator.grads, optimizers.discriminator);
    // Generator first: it is updated against the old discriminator, which then sees the images from before that update.
    // Without batch statistics and dropout this equals simultaneous updates.
    const forGenerator = generatorGradients(order === 'discriminator-first' ? nextD.weights : before);
    g = adam(g, forGenerator.grads, optimizers.generator);
    d = nextD;
    losses.discriminator.push(forDiscriminator.value);
    losses.generator.push(forGenerator.value);
  }
  return { generator: g, discriminator: d, losses };
}

const names = {
  generator: ['generator/0/kernel', 'generator/0/bias'],
  discriminator: ['discriminator/1/kernel', 'discriminator/1/bias', 'discriminator/3/kernel', 'discriminator/3/bias'],
};

const ratesAt = (optimizer: typeof optimizers.generator, t: number) =>
  Float32Array.from(adamRates({ ...optimizer, form: 'pytorch' }, optimizer.learningRate, t));

async function train(order: Order) {
  const config = configFor(order);
  const networks = buildNetworks(config);
  const program = trainingProgram(config, networks, [batch], 1);
  const compiled = compileEagerly(program);
  const start = startingValues(program, config, networks);
  await compiled.write(start);
  for (let t = 0; t < steps; t++) {
    const feeds: Feeds = {
      ...inputs(t),
      generatorRates: ratesAt(optimizers.generator, t + 1),
      discriminatorRates: ratesAt(optimizers.discriminator, t + 1),
    };
    await compiled.run(functionNames.step(batch), feeds);
  }
  const end = await compiled.read();
  const means = meansOf(await compiled.run(functionNames.drainMeans, {}));
  return { start, end, means, shapes: program.variables };
}

function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) {
    assert.ok(Math.abs(actual[i]! - expected[i]!) < 2e-5, `${what}[${i}]: ${actual[i]}, expected ${expected[i]}`);
  }
}

for (const order of orders) {
  test(`${order}: computes the weights, moments and losses of three steps as in the GAN written by hand`, async () => {
    const { start, end, means, shapes } = await train(order);
    const tensors = (values: HostValues, wanted: string[]) =>
      wanted.map((name) => tf.tensor(values[name]!, [...shapes[name]!]));
    const expected = reference(order, {
      generator: tensors(start, names.generator),
      discriminator: tensors(start, names.discriminator),
    });
    for (const network of ['generator', 'discriminator'] as const) {
      for (const [index, name] of names[network].entries()) {
        assertClose(end[name]!, expected[network].weights[index]!.dataSync(), name);
        assertClose(end[`optimizer/${name}/m`]!, expected[network].m[index]!.dataSync(), `${name} m`);
        assertClose(end[`optimizer/${name}/v`]!, expected[network].v[index]!.dataSync(), `${name} v`);
      }
    }
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    assertClose([means.discriminatorLoss], [mean(expected.losses.discriminator)], 'discriminator loss');
    assertClose([means.generatorLoss], [mean(expected.losses.generator)], 'generator loss');
  });
}

test('computes visibly different results for each order of updates', async () => {
  const first = (await train('discriminator-first')).end['generator/0/kernel']!;
  const simultaneous = (await train('simultaneous')).end['generator/0/kernel']!;
  const largest = first.reduce((most, value, i) => Math.max(most, Math.abs(value - simultaneous[i]!)), 0);
  assert.ok(largest > 1e-3, String(largest));
});
