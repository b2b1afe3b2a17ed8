// A curve of any number of points in bounded memory: long ones keep the extremes and means of equal segments.

export interface CurvePoint {
  step: number;
  value: number;
}

/** Consecutive points. */
interface Segment {
  first: number;
  last: number;
  count: number;
  sum: number;
  lowest: CurvePoint;
  highest: CurvePoint;
}

/**
 * The result depends only on the points: added during one session or read from a log by the next, the same points give the
 * same curve.
 */
export interface Curve {
  /** Steps ascend, values are finite. */
  add(step: number, value: number): void;
  /** At most `maxDrawn` points; of more, the lowest and highest of each segment, so that no spike is lost. */
  points(): CurvePoint[];
  /** Means over about 5 % of all points, at most `maxSmooth` of them; none for a short curve. */
  smooth(): CurvePoint[];
  /** The complete state: a curve created from it continues this one exactly. */
  state(): CurveState;
}

/** A curve as JSON. Its keys are part of the file format. */
export interface CurveState {
  pointsPerStretch: number;
  /** Per segment: first and last step, count, sum, step and value of the lowest point and of the highest. */
  stretches: number[][];
}

const maxSegments = 2048; // merging pairs halves their number
const maxDrawn = 800;
const maxSmooth = 400;
const minSmoothed = 50;

export function createCurve(saved: CurveState = { pointsPerStretch: 1, stretches: [] }): Curve {
  let stretches = saved.stretches.map(fromNumbers);
  let { pointsPerStretch } = saved;
  return {
    add(step, value) {
      const point = { step, value };
      const next = { first: step, last: step, count: 1, sum: value, lowest: point, highest: point };
      const current = stretches.at(-1);
      if (current && current.count < pointsPerStretch) {
        stretches[stretches.length - 1] = join(current, next);
        return;
      }
      if (stretches.length === maxSegments) {
        stretches = pairs(stretches);
        pointsPerStretch *= 2;
      }
      stretches.push(next);
    },
    points() {
      if (pointsPerStretch === 1 && stretches.length <= maxDrawn) return stretches.map(({ lowest }) => lowest);
      return evenGroups(stretches, maxDrawn / 2).flatMap((group) => {
        const { lowest, highest } = group.reduce(join);
        return lowest.step < highest.step ? [lowest, highest] : [highest, lowest];
      });
    },
    smooth() {
      const count = (stretches.length - 1) * pointsPerStretch + (stretches.at(-1)?.count ?? 0);
      return count < minSmoothed ? [] : smoothed(stretches);
    },
    state: () => ({ pointsPerStretch, stretches: stretches.map(toNumbers) }),
  };
}

export function isCurveState(value: unknown): value is CurveState {
  const { pointsPerStretch, stretches } = (value ?? {}) as Partial<CurveState>;
  if (!Number.isSafeInteger(pointsPerStretch) || pointsPerStretch! < 1) return false;
  if (!Array.isArray(stretches) || stretches.length > maxSegments) return false;
  return stretches.every((numbers) => Array.isArray(numbers) && numbers.length === 8 && numbers.every(Number.isFinite));
}

function toNumbers({ first, last, count, sum, lowest, highest }: Segment): number[] {
  return [first, last, count, sum, lowest.step, lowest.value, highest.step, highest.value];
}

function fromNumbers(numbers: readonly number[]): Segment {
  const [first, last, count, sum, lowestStep, lowest, highestStep, highest] = numbers as SegmentNumbers;
  return {
    first,
    last,
    count,
    sum,
    lowest: { step: lowestStep, value: lowest },
    highest: { step: highestStep, value: highest },
  };
}

type SegmentNumbers = [number, number, number, number, number, number, number, number];

function join(a: Segment, b: Segment): Segment {
  return {
    first: a.first,
    last: b.last,
    count: a.count + b.count,
    sum: a.sum + b.sum,
    lowest: b.lowest.value < a.lowest.value ? b.lowest : a.lowest,
    highest: b.highest.value > a.highest.value ? b.highest : a.highest,
  };
}

function pairs(stretches: readonly Segment[]): Segment[] {
  return stretches.flatMap((stretch, index) => (index % 2 === 1 ? [join(stretches[index - 1]!, stretch)] : []));
}

/** A moving average applied twice, which weights by distance, then thinned out. */
function smoothed(stretches: readonly Segment[]): CurvePoint[] {
  const counts = stretches.map(({ count }) => count);
  const once = movingAverage(
    stretches.map(({ sum, count }) => sum / count),
    counts,
  );
  const values = movingAverage(once, counts);
  const stride = Math.ceil(stretches.length / (maxSmooth - 1));
  const end = stretches.length - 1;
  return stretches.flatMap(({ first, last }, index) => {
    if (index % stride !== 0 && index !== end) return [];
    const step = index === 0 ? first : index === end ? last : (first + last) / 2;
    return [{ step, value: values[index]! }];
  });
}

/** The weighted mean over a window centred on each value, about 5 % of all values wide and truncated at both ends. */
function movingAverage(values: readonly number[], weights: readonly number[]): number[] {
  const half = Math.max(2, Math.round(values.length / 40));
  const sums = new Float64Array(values.length + 1);
  const totals = new Float64Array(values.length + 1);
  for (const [i, value] of values.entries()) {
    sums[i + 1] = sums[i]! + value * weights[i]!;
    totals[i + 1] = totals[i]! + weights[i]!;
  }
  return values.map((_, i) => {
    const begin = Math.max(0, i - half);
    const end = Math.min(values.length, i + half + 1);
    return (sums[end]! - sums[begin]!) / (totals[end]! - totals[begin]!);
  });
}

function evenGroups<T>(items: readonly T[], count: number): T[][] {
  const bounds = Array.from({ length: count + 1 }, (_, i) => Math.round((i * items.length) / count));
  return bounds.slice(1).map((end, i) => items.slice(bounds[i], end));
}
