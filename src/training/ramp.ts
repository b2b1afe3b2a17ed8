// A scheduled value as a function of the step.
import type { Duration } from '../config/schema/durations.ts';
import type { Ramp } from '../config/schema/scheduled.ts';

type Level = number | readonly number[];

/** The value after a number of steps. Both ends of a range are scheduled; a number beside a range counts as an empty range. */
export function rampOf<Value extends Level>(
  value: Value | Ramp<Value>,
  toSteps: (duration: Duration) => number,
): (step: number) => Value {
  if (!isRamp(value)) return () => value;
  const { from, to, over, shape } = value;
  const length = toSteps(over);
  return (step) => mix(from, to, shapes[shape](Math.min(step / length, 1))) as Value;
}

function isRamp<Value extends Level>(value: Value | Ramp<Value>): value is Ramp<Value> {
  return typeof value === 'object' && !Array.isArray(value);
}

/** Weight of the final value after a fraction t of the ramp; both in [0, 1]. */
const shapes = {
  linear: (t: number) => t,
  cosine: (t: number) => (1 - Math.cos(Math.PI * t)) / 2,
  step: (t: number) => (t < 1 ? 0 : 1),
};

function mix(from: Level, to: Level, weight: number): Level {
  if (typeof from === 'number' && typeof to === 'number') return from + (to - from) * weight;
  const [ends, others] = [from, to].map((level) => (typeof level === 'number' ? [level, level] : level)) as [
    number[],
    number[],
  ];
  return ends.map((end, index) => end + (others[index]! - end) * weight);
}
