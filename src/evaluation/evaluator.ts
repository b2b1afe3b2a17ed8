// Computes metrics of generated images against the data. Real images are prepared once, for any number of evaluations.
import type { MetricName } from '../config/schema/metric-names.ts';
import type { Dataset } from '../data/dataset/open.ts';
import type { Images } from '../pictures/images.ts';
import { RandomStream } from '../random.ts';
import {
  describeFeatures,
  extractFeatures,
  type FeatureNetwork,
  type FeaturesUsed,
} from './features/feature-network.ts';
import { onWhite } from './metrics/images.ts';
import { type Measured, metrics, type Side } from './metrics/metric-registry.ts';
import type { Size } from './metrics/protocol-size.ts';
import { resizeBilinear } from './metrics/resize.ts';
import { createWork } from './metrics/work.ts';

export interface Protocol {
  names: readonly MetricName[];
  /** Number of generated images, and of real ones. */
  count: number;
  seed: number;
  /** Size at which images are compared; a feature network gets them at their own size. */
  size: Size;
  network?: FeatureNetwork;
}

/** Reports the progress of a phase; may throw, which cancels the work. */
type OnPhase = (phase: 'features' | MetricName, done: number, total: number) => void;

export interface Evaluator {
  /** `fake`: `count` images of the dataset's size and channels. */
  measure(
    fake: Images,
    onPhase: OnPhase,
  ): Promise<{ metrics: Partial<Record<MetricName, Measured & { protocol: string }>>; features?: FeaturesUsed }>;
}

/** Draws `count` real images from the whole dataset, and if it has enough, `count` others as a baseline. */
export function createEvaluator(dataset: Dataset, { names, count, seed, size, network }: Protocol): Evaluator {
  const order = new RandomStream(seed, 'evaluation/real').permutation(dataset.count);
  const { height, width, channels } = dataset;
  const baselines: Partial<Record<MetricName, Measured['values']>> = {};
  let real: Side | undefined;
  let otherReal: Side | undefined;

  async function sideOf(pixels: Uint8Array, onPhase: OnPhase): Promise<Side> {
    const own = onWhite({ pixels, height, width, channels });
    const images = resizeBilinear(own, size.height, size.width);
    if (!network) return { images };
    const work = createWork((done, total) => onPhase('features', done, total));
    return { images, features: await extractFeatures(network, own, work) };
  }

  const drawn = (first: number) => dataset.read(order.subarray(first, first + count));
  return {
    async measure(fake, onPhase) {
      real ??= await sideOf(drawn(0), onPhase);
      if (dataset.count >= 2 * count) otherReal ??= await sideOf(drawn(count), onPhase);
      const side = await sideOf(fake.pixels, onPhase);
      const measured: Awaited<ReturnType<Evaluator['measure']>>['metrics'] = {};
      for (const name of names) {
        const { protocol, protocolOverFeatures, measure, baseline } = metrics[name];
        const work = () => createWork((done, total) => onPhase(name, done, total));
        const values = await measure(side, real, seed, work());
        const data = baseline === 'real' ? real : otherReal;
        if (data) baselines[name] ??= await measure(data, real, seed, work());
        const measuredBy = (network && protocolOverFeatures) ?? protocol;
        measured[name] = { protocol: measuredBy, values, ...(baselines[name] && { ofData: baselines[name] }) };
      }
      return { metrics: measured, ...(network && { features: describeFeatures(network, side.features!) }) };
    },
  };
}
