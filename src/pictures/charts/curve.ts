// A curve of any length in bounded memory: its points, or the extremes and means of equal stretches of them.

export interface CurvePoint {
  step: number;
  value: number;
}

/** Some consecutive points. */
interface Stretch {
  first: number;
  last: number;
  count: number;
  sum: number;
  lowest: CurvePoint;
  highest: CurvePoint;
}

/**
 * What is drawn depends on the points alone: the same ones, added by one session or read from a log by the next, give the
 * same curve.
 */
export interface Curve {
  /** Steps ascend, values are finite. */
  add(step: number, value: number): void;
  /** At most `mostDrawn` points. Where there are more, the lowest and the highest of each stretch, so that no spike is lost. */
  points(): CurvePoint[];
  /** Means over about 5 % of all points, at most `mostSmooth` of them; none of a short curve. */
  smooth(): CurvePoint[];
  /** All that the curve holds: one that is created from this continues it exactly. */
  state(): CurveState;
}

/** A curve as JSON can hold it. */
export interface CurveState {
  pointsPerStretch: number;
  /** Of each stretch: first and last step, count, sum, step and value of the lowest point and of the highest. */
  stretches: number[][];
}

const mostStretches = 2048; // half of them at least, once there are so many points
const mostDrawn = 800;
const mostSmooth = 400;
const leastForSmoothing = 50;

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
      if (stretches.length === mostStretches) {
        stretches = pairs(stretches);
        pointsPerStretch *= 2;
      }
      stretches.push(next);
    },
    points() {
      if (pointsPerStretch === 1 && stretches.length <= mostDrawn) return stretches.map(({ lowest }) => lowest);
      return evenGroups(stretches, mostDrawn / 2).flatMap((group) => {
        const { lowest, highest } = group.reduce(join);
        return lowest.step < highest.step ? [lowest, highest] : [highest, lowest];
      });
    },
    smooth() {
      const count = (stretches.length - 1) * pointsPerStretch + (stretches.at(-1)?.count ?? 0);
      return count < leastForSmoothing ? [] : smoothed(stretches);
    },
    state: () => ({ pointsPerStretch, stretches: stretches.map(toNumbers) }),
  };
}

/** Whether this can be a curve's state. */
export function isCurveState(value: unknown): value is CurveState {
  const { pointsPerStretch, stretches } = (value ?? {}) as Partial<CurveState>;
  if (!Number.isSafeInteger(pointsPerStretch) || pointsPerStretch! < 1) return false;
  if (!Array.isArray(stretches) || stretches.length > mostStretches) return false;
  return stretches.every((numbers) => Array.isArray(numbers) && numbers.length === 8 && numbers.every(Number.isFinite));
}

function toNumbers({ first, last, count, sum, lowest, highest }: Stretch): number[] {
  return [first, last, count, sum, lowest.step, lowest.value, highest.step, highest.value];
}

function fromNumbers(numbers: readonly number[]): Stretch {
  const [first, last, count, sum, lowestStep, lowest, highestStep, highest] = numbers as NumbersOfStretch;
  return {
    first,
    last,
    count,
    sum,
    lowest: { step: lowestStep, value: lowest },
    highest: { step: highestStep, value: highest },
  };
}

type NumbersOfStretch = [number, number, number, number, number, number, number, number];

function join(a: Stretch, b: Stretch): Stretch {
  return {
    first: a.first,
    last: b.last,
    count: a.count + b.count,
    sum: a.sum + b.sum,
    lowest: b.lowest.value < a.lowest.value ? b.lowest : a.lowest,
    highest: b.highest.value > a.highest.value ? b.highest : a.highest,
  };
}

function pairs(stretches: readonly Stretch[]): Stretch[] {
  return stretches.flatMap((stretch, index) => (index % 2 === 1 ? [join(stretches[index - 1]!, stretch)] : []));
}

/** A moving average applied twice, which weighs by distance and so leaves no corners; thinned. */
function smoothed(stretches: readonly Stretch[]): CurvePoint[] {
  const counts = stretches.map(({ count }) => count);
  const once = movingAverage(
    stretches.map(({ sum, count }) => sum / count),
    counts,
  );
  const values = movingAverage(once, counts);
  const stride = Math.ceil(stretches.length / (mostSmooth - 1));
  const end = stretches.length - 1;
  return stretches.flatMap(({ first, last }, index) => {
    if (index % stride !== 0 && index !== end) return [];
    const step = index === 0 ? first : index === end ? last : (first + last) / 2;
    return [{ step, value: values[index]! }];
  });
}

/** The weighted mean over a window centred on each value, about 5 % of all values wide and cut off at both ends. */
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
