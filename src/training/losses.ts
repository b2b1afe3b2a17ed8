// The adversarial losses, on logits.
import { add, onesLike, type Tensor } from '@tensorflow/tfjs-core';
import { sigmoidCrossEntropy } from '../engines/ops/sigmoid-cross-entropy.ts';

/** Goodfellow et al. 2014: -mean(t log D(x) + (1 - t) log(1 - D(x))) over real images plus the same over generated ones. */
export function discriminatorLoss(real: Tensor, fake: Tensor, realLabels: Tensor, fakeLabels: Tensor): Tensor {
  return add(sigmoidCrossEntropy(real, realLabels), sigmoidCrossEntropy(fake, fakeLabels));
}

/** The non-saturating form: -mean(log D(G(z))). */
export function generatorLoss(fake: Tensor): Tensor {
  return sigmoidCrossEntropy(fake, onesLike(fake));
}
