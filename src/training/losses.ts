// The adversarial losses. Verdicts are what the discriminator's last layer gives, [B, 1]: logits, scores or probabilities.
import {
  add,
  customGrad,
  type GradSaveFunc,
  log,
  maximum,
  mean,
  mul,
  neg,
  reciprocal,
  relu,
  sigmoid,
  softplus,
  square,
  sub,
  type Tensor,
} from '@tensorflow/tfjs-core';
import type { LossConfig } from '../config/config.ts';
import { sigmoidCrossEntropy } from '../engines/ops/sigmoid-cross-entropy.ts';

/** A discriminator's loss: scalars. */
interface DiscriminatorLoss {
  total: Tensor;
  /** What real images and generated ones each add to it, where it can be taken apart. */
  parts?: { real: Tensor; fake: Tensor };
}

export interface AdversarialLoss {
  /** Minimised by the discriminator. Labels: [B, 1]; losses without labels leave them out. */
  discriminator(real: Tensor, fake: Tensor, realLabels: Tensor, fakeLabels: Tensor): DiscriminatorLoss;
  /** Minimised by the generator. `target` is what it wants to hear (bce and lsgan). `real` is given where `pairs` is true. */
  generator(fake: Tensor, target: Tensor, fakeLabel: Tensor, real?: Tensor): Tensor;
  /** Whether each generated image is judged beside a real one, also in the generator's loss. */
  pairs?: true;
}

function sumOf(real: Tensor, fake: Tensor): DiscriminatorLoss {
  return { total: add(real, fake), parts: { real, fake } };
}

/** Goodfellow et al. 2014, with the non-saturating generator: -mean(t log p + (1 - t) log(1 - p)). */
function bce(crossEntropy: (verdicts: Tensor, labels: Tensor) => Tensor): AdversarialLoss {
  return {
    discriminator: (real, fake, realLabels, fakeLabels) =>
      sumOf(crossEntropy(real, realLabels), crossEntropy(fake, fakeLabels)),
    generator: (fake, target) => crossEntropy(fake, target),
  };
}

/** The minimax form as first written: the generator minimises mean(log(1 - p)), the negative of the discriminator's fake loss. */
function minimax(crossEntropy: (verdicts: Tensor, labels: Tensor) => Tensor): AdversarialLoss {
  return { ...bce(crossEntropy), generator: (fake, _, fakeLabel) => neg(crossEntropy(fake, fakeLabel)) };
}

/** Mao et al. 2017: mean squared distance to the labels, halved. */
const lsgan: AdversarialLoss = {
  discriminator: (real, fake, realLabels, fakeLabels) =>
    sumOf(mul(mean(square(sub(real, realLabels))), 0.5), mul(mean(square(sub(fake, fakeLabels))), 0.5)),
  generator: (fake, target) => mul(mean(square(sub(fake, target))), 0.5),
};

/** Lim & Ye 2017: mean(max(0, 1 - D(x))) + mean(max(0, 1 + D(G(z)))). */
const hinge: AdversarialLoss = {
  discriminator: (real, fake) => sumOf(mean(relu(sub(1, real))), mean(relu(add(1, fake)))),
  generator: (fake) => neg(mean(fake)),
};

/** Arjovsky et al. 2017: mean(D(G(z))) - mean(D(x)); needs clipped weights or a gradient penalty. */
const wgan: AdversarialLoss = {
  discriminator: (real, fake) => sumOf(neg(mean(real)), mean(fake)),
  generator: (fake) => neg(mean(fake)),
};

/**
 * Jolicoeur-Martineau 2018 in pairs, as Huang et al. 2024: mean(softplus(D(G(z)) - D(x))), and for the generator
 * mean(softplus(D(x) - D(G(z)))). Only differences count, so R1 and R2 are needed to hold the slopes.
 */
const relativistic: AdversarialLoss = {
  pairs: true,
  discriminator: (real, fake) => ({ total: mean(softplus(sub(fake, real))) }),
  generator: (fake, _target, _fakeLabel, real) => mean(softplus(sub(real!, fake))),
};

const smallestLog = -100; // as torch.nn.BCELoss clamps it

/**
 * BCE on probabilities, as torch.nn.BCELoss: -mean(t max(log p, -100) + (1 - t) max(log(1 - p), -100)), with the
 * gradient (p - t) / max(p (1 - p), 1e-12) / n.
 */
function probabilityCrossEntropy(probabilities: Tensor, labels: Tensor): Tensor {
  const loss = customGrad((tensor, save) => {
    const p = tensor as Tensor;
    (save as GradSaveFunc)([p, labels]);
    const [logP, logRest] = [maximum(log(p), smallestLog), maximum(log(sub(1, p)), smallestLog)];
    return {
      value: neg(mean(add(mul(labels, logP), mul(sub(1, labels), logRest)))),
      gradFunc: (dy: Tensor, [q, t]: Tensor[]) => {
        const slope = maximum(mul(q!, sub(1, q!)), 1e-12);
        return mul(mul(sub(q!, t!), 1 / q!.size), mul(dy, reciprocal(slope)));
      },
    };
  });
  return loss(probabilities);
}

/** How verdicts are read: as a score of how real an image is held to be, and from which score on it is taken for real. */
export interface Reading {
  score(verdicts: Tensor): Tensor;
  realFrom: number;
}

/** bce verdicts are read as probabilities, the others as they are; those of inverted labels are turned round. */
export function readingOf({ type, on }: LossConfig, inverted: boolean): Reading {
  const turned = (scores: Tensor) => (inverted ? sub(1, scores) : scores);
  if (type === 'hinge' || type === 'wgan' || type === 'relativistic')
    return { score: (verdicts) => verdicts, realFrom: 0 };
  if (type === 'bce' && on === 'logits') return { score: (verdicts) => turned(sigmoid(verdicts)), realFrom: 0.5 };
  return { score: turned, realFrom: 0.5 };
}

/** The loss of a config. */
export function adversarialLoss({ type, on, generator }: LossConfig): AdversarialLoss {
  if (type !== 'bce') return { lsgan, hinge, wgan, relativistic }[type];
  const crossEntropy = on === 'probabilities' ? probabilityCrossEntropy : sigmoidCrossEntropy;
  return generator === 'minimax' ? minimax(crossEntropy) : bce(crossEntropy);
}
