// The record of an evaluation: its metrics, and all that is needed to interpret and reproduce them.
import type { MetricName } from '../config/schema/metric-names.ts';
import type { Dataset } from '../data/dataset/open.ts';
import type { Evaluator, Protocol } from './evaluator.ts';
import type { FeaturesUsed } from './features/feature-network.ts';
import type { Measured } from './metrics/metric-registry.ts';
import type { Size } from './metrics/protocol-size.ts';

export interface Evaluation {
  /** The command that evaluated. A run that resumes drops its own later lines. */
  by: 'train' | 'evaluate';
  runHash: string;
  step: number;
  data: { folder: string; images: number; fingerprint: string; split: 'training data' | 'other data' };
  /** Number of generated images, and of real ones. */
  count: number;
  seed: number;
  size: Size;
  resizer: string;
  colours: 'gray' | 'RGB' | 'RGBA on white';
  /** The feature network, for metrics that use one. */
  features?: FeaturesUsed;
  metrics: Partial<Record<MetricName, Measured & { protocol: string }>>;
}

export function describeEvaluation(
  by: Evaluation['by'],
  run: { runHash: string; step: number; dataFingerprint: string; folder: string },
  dataset: Dataset,
  { count, seed, size }: Protocol,
  { metrics, features }: Awaited<ReturnType<Evaluator['measure']>>,
): Evaluation {
  const { runHash, step, dataFingerprint, folder } = run;
  const isTrainingData = dataset.fingerprint === dataFingerprint;
  return {
    by,
    runHash,
    step,
    data: {
      folder,
      images: dataset.count,
      fingerprint: dataset.fingerprint,
      split: isTrainingData ? 'training data' : 'other data',
    },
    count,
    seed,
    size,
    resizer: describeResizer(dataset, size),
    colours: ({ 1: 'gray', 3: 'RGB', 4: 'RGBA on white' } as const)[dataset.channels],
    ...(features && { features }),
    metrics,
  };
}

function describeResizer(from: Size, to: Size): string {
  if (from.height === to.height && from.width === to.width) return 'none';
  return `bilinear, ${from.width} x ${from.height} to ${to.width} x ${to.height}`;
}
