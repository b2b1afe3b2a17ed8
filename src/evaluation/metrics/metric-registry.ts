// Metric name -> definition: protocol, meaning and computation. The compiler requires one for every name in the config.
import type { MetricName } from '../../config/schema/metric-names.ts';
import type { Images } from '../../pictures/images.ts';
import { type Features, pixelFeatures } from './features.ts';
import { frechetDistance } from './frechet-distance.ts';
import { kernelDistanceCubic, publishedSubsets } from './kernel-distance.ts';
import { msSsimMmagic } from './ms-ssim.ts';
import { meanPairwiseDistance } from './pairwise-distance.ts';
import { precisionRecallK3 } from './precision-recall.ts';
import { slicedWassersteinMmagic } from './sliced-wasserstein.ts';
import type { Work } from './work.ts';

/** One of the two compared sets: gray or RGB images. */
export interface Side {
  images: Images;
  /** Their features, if a feature network is set. */
  features?: Features;
}

type Values = Record<string, number>;

export interface Measured {
  values: Values;
  /** The same for real images instead of generated ones. */
  ofData?: Values;
}

export interface Metric {
  protocol: string;
  /** The protocol with a feature network, if that differs. */
  protocolOverFeatures?: string;
  meaning: string;
  /** The baseline: the real images themselves, or as many other real ones, which is what a perfect generator would get. */
  baseline: 'real' | 'otherReal';
  /** Compares images with as many real ones. */
  measure(images: Side, real: Side, seed: number, work: Work): Promise<Values>;
  /** A single number to choose checkpoints by; lower is better. */
  score(measured: Measured): number;
}

export const metrics: Readonly<Record<MetricName, Metric>> = {
  swd: {
    protocol: 'sliced Wasserstein distance x 1000, mmagic: Laplacian pyramid, 128 patches of 7 x 7, 512 directions',
    meaning: 'lower is better',
    baseline: 'otherReal',
    measure: (side, real, seed, work) => slicedWassersteinMmagic(real.images, side.images, seed, work),
    score: ({ values }) => values['average']!,
  },
  'ms-ssim': {
    protocol: 'MS-SSIM of images two by two, mmagic: 5 scales, Gaussian window of 11 or the side',
    meaning: 'as the data; higher is less diverse',
    baseline: 'real',
    measure: async ({ images }, _, __, work) => ({ similarity: await msSsimMmagic(images, work) }),
    score: ({ values, ofData }) => Math.abs(values['similarity']! - ofData!['similarity']!),
  },
  'precision-recall': {
    protocol: 'improved precision and recall, k = 3, over pixels',
    protocolOverFeatures: "improved precision and recall, k = 3, over a network's features",
    meaning: 'higher is better: realism; coverage of the data',
    baseline: 'otherReal',
    measure: (side, real, _, work) => precisionRecallK3(featuresOrPixels(real), featuresOrPixels(side), work),
    score: ({ values: { precision, recall } }) => -harmonicMean(precision!, recall!),
  },
  diversity: {
    protocol: 'mean Euclidean distance of all pairs, over pixels in 0..1',
    meaning: 'as the data; lower is less diverse',
    baseline: 'real',
    measure: async ({ images }, _, __, work) => ({ distance: await meanPairwiseDistance(pixelFeatures(images), work) }),
    score: ({ values, ofData }) => Math.abs(values['distance']! - ofData!['distance']!),
  },
  fid: {
    protocol: "Fréchet distance of a network's features, as FID: covariances in float64",
    meaning: 'lower is better; falls with the count',
    baseline: 'otherReal',
    measure: async ({ features }, real, _, work) => ({
      distance: await frechetDistance(real.features!, features!, work),
    }),
    score: ({ values }) => values['distance']!,
  },
  kid: {
    protocol:
      "kernel distance of a network's features, as KID: (x . y / size + 1)^3, 100 subsets of 1,000 or one of all",
    meaning: 'lower is better; 0 for the data',
    baseline: 'otherReal',
    async measure({ features }, real, seed, work) {
      const subsets = publishedSubsets(features!.count, seed);
      const { mean, deviation } = await kernelDistanceCubic(real.features!, features!, subsets, work);
      return { mean, ...(subsets.count > 1 && { deviation }) };
    },
    score: ({ values }) => values['mean']!,
  },
};

function featuresOrPixels({ images, features }: Side): Features {
  return features ?? pixelFeatures(images);
}

function harmonicMean(a: number, b: number): number {
  return a + b === 0 ? 0 : (2 * a * b) / (a + b);
}
