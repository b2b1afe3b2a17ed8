// The names of the metrics, and which of them use a feature network. Without zod, which would slow down the help.

/** Whether a metric ignores a feature network, uses one if there is one, or needs one. */
const featureUse = {
  swd: 'ignores',
  'ms-ssim': 'ignores',
  'precision-recall': 'uses',
  diversity: 'ignores',
  fid: 'needs',
  kid: 'needs',
} as const satisfies Readonly<Record<string, 'ignores' | 'uses' | 'needs'>>;

export type MetricName = keyof typeof featureUse;

export const metricNames = Object.keys(featureUse) as MetricName[];

/** Metrics that need a feature network. */
export const featureMetrics = metricNames.filter((name) => featureUse[name] === 'needs');

/** Metrics that use a feature network if there is one. */
export const featureUsers = [...featureMetrics, ...metricNames.filter((name) => featureUse[name] === 'uses')];

/** Metrics that can be computed without one. */
export const imageMetrics = metricNames.filter((name) => featureUse[name] !== 'needs');

/** For sentences: `fid, kid and precision-recall`. */
export function listInWords(names: readonly string[]): string {
  return new Intl.ListFormat('en-GB').format(names);
}
