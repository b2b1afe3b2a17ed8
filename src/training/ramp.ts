// What a scheduled value is at a step.
import type { Duration } from '../config/schema/durations.ts';
import type { Ramp } from '../config/schema/scheduled.ts';

type Level = number | readonly number[];

/** A value as a function of the steps done. Ranges are scheduled end by end; a number beside a range is a range of no width. */
export function valueAt<Value extends Level>(
  value: Value | Ramp<Value>,
  toSteps: (duration: Duration) => number,
): (step: number) => Value {
  if (!isRamp(value)) return () => value;
  const { from, to, over, shape } = value;
  const length = toSteps(over);
  return (step) => mix(from, to, shares[shape](Math.min(step / length, 1))) as Value;
}

function isRamp<Value extends Level>(value: Value | Ramp<Value>): value is Ramp<Value> {
  return typeof value === 'object' && !Array.isArray(value);
}

/** How much of the second value there is, after a share of the way in [0, 1]. */
const shares = {
  linear: (way: number) => way,
  cosine: (way: number) => (1 - Math.cos(Math.PI * way)) / 2,
  step: (way: number) => (way < 1 ? 0 : 1),
};

function mix(from: Level, to: Level, share: number): Level {
  if (typeof from === 'number' && typeof to === 'number') return from + (to - from) * share;
  const [ends, others] = [from, to].map((level) => (typeof level === 'number' ? [level, level] : level)) as [
    number[],
    number[],
  ];
  return ends.map((end, index) => end + (others[index]! - end) * share);
}
