// A training step with stock tfjs: losses as closures, optimizer.minimize, the config's order of updates.
import * as tf from '@tensorflow/tfjs';
import type { Config } from '../../src/config/config.ts';
import type { NetworkName } from '../../src/models/network.ts';

export type Models = Record<NetworkName, tf.Sequential>;

/** uint8 -> float32 [n, h, w, c] in the config's value range. */
export function scaledImages(
  { height, width, channels, range: [low, high] }: Config['data'],
  pixels: Uint8Array,
): tf.Tensor4D {
  const images = tf.tensor4d(pixels, [pixels.length / (height * width * channels), height, width, channels], 'int32');
  return images
    .toFloat()
    .mul((high - low) / 255)
    .add(low);
}

/** @returns the step: a batch of pixels -> [discriminator loss, generator loss] */
export function stepOf(config: Config, { generator, discriminator }: Models): (pixels: Uint8Array) => tf.Scalar[] {
  const { order, freshLatents, loss } = config.training;
  const optimizers = { generator: adamOf(config.generator), discriminator: adamOf(config.discriminator) };
  const weights = { generator: trainable(generator), discriminator: trainable(discriminator) };
  const labels = labelsOf(config);
  const crossEntropy = crossEntropyOf(config);
  const scoresOf = (images: tf.Tensor) => apply(discriminator, images).reshape([-1, 1]);

  const discriminatorLoss = (real: tf.Tensor, fake: tf.Tensor) => (): tf.Scalar =>
    crossEntropy(scoresOf(real), labels.real)
      .add<tf.Scalar>(crossEntropy(scoresOf(fake), labels.fake))
      .mul(loss.discriminatorScale);
  const generatorLoss = (latents: tf.Tensor) => (): tf.Scalar =>
    crossEntropy(scoresOf(apply(generator, latents)), labels.generatorTarget);

  const trainDiscriminator = (real: tf.Tensor, fake: tf.Tensor) =>
    optimizers.discriminator.minimize(discriminatorLoss(real, fake), true, weights.discriminator)!;
  const trainGenerator = (latents: tf.Tensor) =>
    optimizers.generator.minimize(generatorLoss(latents), true, weights.generator)!;

  /** As `minimize`, but both gradients are computed before either is applied. */
  function trainBoth(real: tf.Tensor, fake: tf.Tensor, latents: tf.Tensor): tf.Scalar[] {
    const ofDiscriminator = optimizers.discriminator.computeGradients(
      discriminatorLoss(real, fake),
      weights.discriminator,
    );
    const ofGenerator = optimizers.generator.computeGradients(generatorLoss(latents), weights.generator);
    optimizers.discriminator.applyGradients(named(ofDiscriminator.grads));
    optimizers.generator.applyGradients(named(ofGenerator.grads));
    return [ofDiscriminator.value, ofGenerator.value];
  }

  return (pixels) => {
    const real = scaledImages(config.data, pixels);
    const latents = drawLatents(config);
    const makeFake = (from: tf.Tensor) => tf.tidy(() => apply(generator, from));
    if (order === 'generator-first' && freshLatents) {
      const generatorCost = trainGenerator(latents);
      return [trainDiscriminator(real, makeFake(drawLatents(config))), generatorCost];
    }
    const fake = makeFake(latents);
    if (order === 'simultaneous') return trainBoth(real, fake, latents);
    if (order === 'generator-first') return [trainGenerator(latents), trainDiscriminator(real, fake)].reverse();
    return [trainDiscriminator(real, fake), trainGenerator(freshLatents ? drawLatents(config) : latents)];
  };
}

/** Converts gradients as `minimize` does; the types of computeGradients and applyGradients do not match. */
function named(gradients: tf.NamedTensorMap): { name: string; tensor: tf.Tensor }[] {
  return Object.entries(gradients).map(([name, tensor]) => ({ name, tensor }));
}

function apply(model: tf.Sequential, x: tf.Tensor): tf.Tensor {
  return model.apply(x, { training: true }) as tf.Tensor;
}

function trainable(model: tf.Sequential): tf.Variable[] {
  return model.getWeights(true) as tf.Variable[]; // typed as tensors, but they are the variables
}

function adamOf({ optimizer }: Config['generator'] | Config['discriminator']): tf.AdamOptimizer {
  const { learningRate, beta1, beta2, epsilon } = optimizer;
  return tf.train.adam(Number(learningRate), beta1, Number(beta2), epsilon);
}

function drawLatents({ training, generator: { latent } }: Config): tf.Tensor {
  const shape = [training.batchSize, latent.size];
  return latent.distribution === 'normal' ? tf.randomNormal(shape) : tf.randomUniform(shape, -1, 1);
}

/** Label vectors [B, 1], created once; `generatorTarget` is the label of generated images in the generator's loss. */
function labelsOf({ training: { batchSize, labels } }: Config): Record<'real' | 'fake' | 'generatorTarget', tf.Tensor> {
  const vector = (label: unknown) => tf.keep(tf.fill([batchSize, 1], Number(label)));
  return { real: vector(labels.real), fake: vector(labels.fake), generatorTarget: vector(labels.inverted ? 0 : 1) };
}

function crossEntropyOf({ training }: Config): (scores: tf.Tensor, target: tf.Tensor) => tf.Scalar {
  const stock = training.loss.on === 'logits' ? tf.losses.sigmoidCrossEntropy : tf.losses.logLoss;
  return (scores, target) => stock<tf.Tensor, tf.Scalar>(target, scores);
}
