// From every tick's losses to the few points a plot can show: the raw curve with its extremes kept, and a smooth one.
import type { LossRecord } from './metrics-log.ts';

/** One point of a curve; the names are those of the plot's legend. */
export interface CurvePoint {
  step: number;
  loss: number;
  network: string;
}

const networks = [
  { network: 'discriminator', loss: (record: LossRecord) => record.discriminatorLoss },
  { network: 'generator', loss: (record: LossRecord) => record.generatorLoss },
] as const;

const rawBuckets = 400; // two points each
const smoothPoints = 200;
const leastForSmoothing = 50;

/**
 * The curves of both networks, at most 800 raw points and 400 smooth ones each. Non-finite losses are left out and
 * counted in `leftOut`; short runs have no smooth curve.
 */
export function lossCurves(records: readonly LossRecord[]): {
  raw: CurvePoint[];
  smooth: CurvePoint[];
  leftOut: number;
} {
  const raw: CurvePoint[] = [];
  const smooth: CurvePoint[] = [];
  let leftOut = 0;
  for (const { network, loss } of networks) {
    const points = records.map((record) => ({ step: record.step, loss: loss(record), network }));
    const finite = points.filter((point) => Number.isFinite(point.loss));
    leftOut += points.length - finite.length;
    raw.push(...keepExtremes(finite));
    if (finite.length >= leastForSmoothing) smooth.push(...smoothed(finite));
  }
  return { raw, smooth, leftOut };
}

/** Thins a curve to the lowest and the highest point of each stretch, so that no spike is lost. */
function keepExtremes(points: readonly CurvePoint[]): CurvePoint[] {
  if (points.length <= 2 * rawBuckets) return [...points];
  return stretches(points, rawBuckets).flatMap((stretch) => {
    const lowest = stretch.reduce((a, b) => (b.loss < a.loss ? b : a));
    const highest = stretch.reduce((a, b) => (b.loss > a.loss ? b : a));
    return lowest.step < highest.step ? [lowest, highest] : [highest, lowest];
  });
}

/** A moving average applied twice, which weighs by distance and so leaves no corners; thinned to `smoothPoints`. */
function smoothed(points: readonly CurvePoint[]): CurvePoint[] {
  const once = movingAverage(points.map((point) => point.loss));
  const losses = movingAverage(once);
  const stride = Math.max(1, Math.floor(points.length / smoothPoints));
  const curve = points.map((point, i) => ({ ...point, loss: losses[i]! }));
  return curve.filter((_, i) => i % stride === 0 || i === points.length - 1);
}

/** The mean over a window centred on each value, about 5 % of all values wide and cut off at both ends. */
function movingAverage(values: readonly number[]): number[] {
  const half = Math.max(2, Math.round(values.length / 40));
  const sums = new Float64Array(values.length + 1);
  for (const [i, value] of values.entries()) sums[i + 1] = sums[i]! + value;
  return values.map((_, i) => {
    const begin = Math.max(0, i - half);
    const end = Math.min(values.length, i + half + 1);
    return (sums[end]! - sums[begin]!) / (end - begin);
  });
}

function stretches<T>(items: readonly T[], count: number): T[][] {
  const bounds = Array.from({ length: count + 1 }, (_, i) => Math.round((i * items.length) / count));
  return bounds.slice(1).map((end, i) => items.slice(bounds[i], end));
}
