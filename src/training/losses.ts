// The adversarial losses by name. Logits are the discriminator's outputs, [B, 1]: in the loss's terms logits, critic
// scores (wgan) or probabilities (bce on probabilities).
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
import { type LossName, lossTraits } from '../config/schema/losses.ts';
import { sigmoidCrossEntropy } from '../engines/ops/sigmoid-cross-entropy.ts';

/** Scalars. */
interface DiscriminatorLoss {
  total: Tensor;
  /** The terms of real and of fake images, if the loss is their sum. */
  parts?: { real: Tensor; fake: Tensor };
}

export interface AdversarialLoss {
  /** Minimised by the discriminator. All arguments: [B, 1]; losses without labels ignore them. */
  discriminator(real: Tensor, fake: Tensor, realLabels: Tensor, fakeLabels: Tensor): DiscriminatorLoss;
  /** Minimised by the generator. All arguments: [B, 1]; `real` is given only to losses that compare pairs. */
  generator(fake: Tensor, realLabel: Tensor, fakeLabel: Tensor, real?: Tensor): Tensor;
}

type CrossEntropy = (logits: Tensor, labels: Tensor) => Tensor;

function sumOf(real: Tensor, fake: Tensor): DiscriminatorLoss {
  return { total: add(real, fake), parts: { real, fake } };
}

/** Goodfellow et al. 2014, with the non-saturating generator: -mean(t log p + (1 - t) log(1 - p)). */
function bce(crossEntropy: CrossEntropy): AdversarialLoss {
  return {
    discriminator: (real, fake, realLabels, fakeLabels) =>
      sumOf(crossEntropy(real, realLabels), crossEntropy(fake, fakeLabels)),
    generator: (fake, realLabel) => crossEntropy(fake, realLabel),
  };
}

/** Goodfellow et al. 2014, eq. 1: the generator minimises mean(log(1 - p)), the negative of the discriminator's loss on fakes. */
function minimax(crossEntropy: CrossEntropy): AdversarialLoss {
  return { ...bce(crossEntropy), generator: (fake, _, fakeLabel) => neg(crossEntropy(fake, fakeLabel)) };
}

/** Mao et al. 2017: mean((D - t)^2) / 2. */
const lsgan: AdversarialLoss = {
  discriminator: (real, fake, realLabels, fakeLabels) =>
    sumOf(mul(mean(square(sub(real, realLabels))), 0.5), mul(mean(square(sub(fake, fakeLabels))), 0.5)),
  generator: (fake, realLabel) => mul(mean(square(sub(fake, realLabel))), 0.5),
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
 * RpGAN (Jolicoeur-Martineau 2018; Huang et al. 2024): mean(softplus(D(G(z)) - D(x))), and for the generator
 * mean(softplus(D(x) - D(G(z)))). It constrains only differences of logits, so it needs R1 and R2.
 */
const relativistic: AdversarialLoss = {
  discriminator: (real, fake) => ({ total: mean(softplus(sub(fake, real))) }),
  generator: (fake, _realLabel, _fakeLabel, real) => mean(softplus(sub(real!, fake))),
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

/** How a type of loss is computed, and how to interpret its logits and loss values. */
interface LossDefinition {
  loss(config: LossConfig): AdversarialLoss;
  /** logits -> scores, [B, 1]. */
  score(config: LossConfig): (logits: Tensor) => Tensor;
  /** The score above which an image counts as real. */
  realAbove: number;
  /** Whether both networks' losses have the same scale and sign, so that their ratio has a meaning. */
  hasRatio(config: LossConfig): boolean;
}

const identity = (logits: Tensor) => logits;

const scoresWithoutLabels = { score: () => identity, realAbove: 0, hasRatio: () => false } as const;

const definitions: Record<LossName, LossDefinition> = {
  bce: {
    loss({ on, generator }) {
      const crossEntropy = on === 'probabilities' ? probabilityCrossEntropy : sigmoidCrossEntropy;
      return generator === 'minimax' ? minimax(crossEntropy) : bce(crossEntropy);
    },
    score: ({ on }) => (on === 'logits' ? sigmoid : identity),
    realAbove: 0.5,
    hasRatio: ({ generator }) => generator === 'nonSaturating',
  },
  lsgan: {
    loss: () => lsgan,
    score: () => identity,
    realAbove: 0.5,
    hasRatio: () => true,
  },
  hinge: { loss: () => hinge, ...scoresWithoutLabels },
  wgan: { loss: () => wgan, ...scoresWithoutLabels },
  relativistic: { loss: () => relativistic, ...scoresWithoutLabels },
};

export function adversarialLoss(config: LossConfig): AdversarialLoss {
  return definitions[config.type].loss(config);
}

/** Scores from logits, [B, 1]: higher means more real, and above the threshold an image counts as real. */
export interface ScoreRule {
  score(logits: Tensor): Tensor;
  realAbove: number;
}

/** With inverted labels (real is 0), a score s becomes 1 - s, so that a higher one still means more real. */
export function scoreRule(config: LossConfig, inverted: boolean): ScoreRule {
  const { score, realAbove } = definitions[config.type];
  const scoreOf = score(config);
  return {
    score: inverted && lossTraits[config.type].usesLabels ? (logits) => sub(1, scoreOf(logits)) : scoreOf,
    realAbove,
  };
}

/** The generator's loss over the discriminator's, if they are comparable. */
export function lossRatio(
  { generatorLoss, discriminatorLoss }: { generatorLoss: number; discriminatorLoss: number },
  config: LossConfig,
): { lossRatio?: number } {
  const isMeaningful = definitions[config.type].hasRatio(config) && discriminatorLoss > 0;
  return isMeaningful ? { lossRatio: generatorLoss / discriminatorLoss } : {};
}
