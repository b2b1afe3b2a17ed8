// The adversarial losses by name: their description, and what each means for the rest of a config and of training.

interface LossTraits {
  description: string;
  /** Whether the loss compares scores with the labels of training.labels. */
  usesLabels: boolean;
  /** Whether a single logit classifies an image. wgan's have no zero point, and relativistic ones have a meaning only in pairs. */
  classifies: boolean;
  /** Whether the loss compares each fake image with a real one, also for the generator. */
  pairs: boolean;
}

export const lossTraits = {
  bce: { description: 'Goodfellow 2014', usesLabels: true, classifies: true, pairs: false },
  lsgan: { description: 'Mao 2017', usesLabels: true, classifies: true, pairs: false },
  hinge: { description: 'Lim & Ye 2017', usesLabels: false, classifies: true, pairs: false },
  wgan: {
    description: 'Arjovsky 2017; needs clipWeights or a gradient penalty',
    usesLabels: false,
    classifies: false,
    pairs: false,
  },
  relativistic: {
    description:
      'Jolicoeur-Martineau 2018, on pairs of a real and a generated image (Huang 2024); needs gradientPenalty r1 on both',
    usesLabels: false,
    classifies: false,
    pairs: true,
  },
} as const satisfies Readonly<Record<string, LossTraits>>;

export type LossName = keyof typeof lossTraits;

export const lossNames = Object.keys(lossTraits) as LossName[];
