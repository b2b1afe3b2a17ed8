// Refuses configs with options that the other programs' training steps do not implement.
import type { Config } from '../src/config/config.ts';
import type { Layer } from '../src/config/schema/layers.ts';
import { BenchError } from './bench-error.ts';

export type IncomparableLayer = Extract<Layer, { type: 'residual' | 'averagePool' | 'minibatchStdDev' }>;

export function isIncomparable(layer: Layer): layer is IncomparableLayer {
  return layer.type === 'residual' || layer.type === 'averagePool' || layer.type === 'minibatchStdDev';
}

/** @throws BenchError if a peer would do a different amount of work */
export function checkComparable({ data, generator, discriminator, training }: Config): void {
  const { loss, labels, gradientPenalty, instanceNoise, diffAugment, clipWeights, ema } = training;
  const layers = [...generator.layers, ...discriminator.layers];
  const optimizers = [generator.optimizer, discriminator.optimizer];
  const unknown = {
    'a loss other than non-saturating bce': loss.type !== 'bce' || loss.generator !== 'nonSaturating',
    'labels that are drawn or scheduled': ![labels.real, labels.fake, labels.flip].every(Number.isFinite),
    'flipped labels or images': labels.flip !== 0 || data.flip !== 0,
    'several updates per step': training.discriminatorSteps !== 1 || training.generatorSteps !== 1,
    'a penalty, noise, augmentation, clipped weights or average': [
      gradientPenalty,
      instanceNoise,
      diffAugment[0],
      clipWeights,
      ema,
    ].some((option) => option !== undefined),
    'clipped gradients': optimizers.some(({ clipNorm, clipValue }) => (clipNorm ?? clipValue) !== undefined),
    'a scheduled learning rate': !optimizers.every(({ learningRate }) => Number.isFinite(learningRate)),
    'spectral normalisation': layers.some((layer) => 'spectralNorm' in layer && layer.spectralNorm),
    'residual layers, pooling or statistics of the batch': layers.some(isIncomparable),
    'bilinear upsampling': layers.some((layer) => layer.type === 'upsample' && layer.method !== 'nearest'),
  };
  const found = Object.entries(unknown).filter(([, present]) => present);
  if (found.length === 0) return;
  throw new BenchError({
    happened: `The peers' steps do not have ${found.map(([name]) => name).join(', nor ')}.`,
    expected: 'Only what all contestants do in the same way can be compared.',
  });
}
