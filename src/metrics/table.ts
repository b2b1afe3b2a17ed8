// The metrics by the names that a person types, each with its protocol and what its numbers mean.
import { meanPairwiseDistance } from './diversity.ts';
import { pixelFeatures } from './features.ts';
import type { ImageSet } from './images.ts';
import { msSsimMmagic } from './ms-ssim.ts';
import { precisionRecallK3 } from './precision-recall.ts';
import { slicedWassersteinMmagic } from './sliced-wasserstein.ts';
import { part, type Work } from './work.ts';

/** What is compared: gray or RGB images of one size, as many generated as real ones. */
export interface Comparison {
  real: ImageSet;
  fake: ImageSet;
  /** As many other real images, where there are enough: they show what a perfect generator would get. */
  otherReal?: ImageSet;
  seed: number;
}

type Values = Record<string, number>;

export interface Measured {
  values: Values;
  /** The same numbers for real images in place of generated ones. */
  ofData?: Values;
}

export interface Metric {
  protocol: string;
  meaning: string;
  measure(comparison: Comparison, work: Work): Promise<Measured>;
}

export const metrics = {
  swd: {
    protocol: 'sliced Wasserstein distance x 1000, mmagic: Laplacian pyramid, 128 patches of 7 x 7, 512 directions',
    meaning: 'lower is better',
    async measure({ real, fake, otherReal, seed }, work) {
      const compare = (images: ImageSet, index: number) =>
        slicedWassersteinMmagic(real, images, seed, part(work, index, otherReal ? 2 : 1));
      return { values: await compare(fake, 0), ...(otherReal && { ofData: await compare(otherReal, 1) }) };
    },
  },
  'ms-ssim': {
    protocol: 'MS-SSIM of images two by two, mmagic: 5 scales, Gaussian window of 11 or the side',
    meaning: 'as the data; higher is less diverse',
    async measure({ real, fake }, work) {
      return {
        values: { similarity: await msSsimMmagic(fake, part(work, 0, 2)) },
        ofData: { similarity: await msSsimMmagic(real, part(work, 1, 2)) },
      };
    },
  },
  'precision-recall': {
    protocol: 'improved precision and recall, k = 3, over pixels',
    meaning: 'higher is better: look real; cover the data',
    async measure({ real, fake, otherReal }, work) {
      const compare = (images: ImageSet, index: number) =>
        precisionRecallK3(pixelFeatures(real), pixelFeatures(images), part(work, index, otherReal ? 2 : 1));
      return { values: await compare(fake, 0), ...(otherReal && { ofData: await compare(otherReal, 1) }) };
    },
  },
  diversity: {
    protocol: 'mean Euclidean distance of all pairs, over pixels in 0..1',
    meaning: 'as the data; lower is less diverse',
    async measure({ real, fake }, work) {
      return {
        values: { distance: await meanPairwiseDistance(pixelFeatures(fake), part(work, 0, 2)) },
        ofData: { distance: await meanPairwiseDistance(pixelFeatures(real), part(work, 1, 2)) },
      };
    },
  },
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof metrics;

export const metricNames = Object.keys(metrics) as MetricName[];
