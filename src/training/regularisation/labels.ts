// Labels of one update: smoothed, and flipped at random.
import type { RandomStream } from '../../random.ts';

/** The label settings of one step, with schedules resolved. `flip` is a probability. */
export interface StepLabels {
  real: number | readonly number[];
  fake: number | readonly number[];
  flip: number;
}

/** float32 [count]. A flipped image gets a label of the other kind. */
export function drawLabels(
  labels: StepLabels,
  kind: 'real' | 'fake',
  count: number,
  stream: RandomStream,
): Float32Array {
  const other = kind === 'real' ? 'fake' : 'real';
  return Float32Array.from({ length: count }, () => {
    const flipped = labels.flip > 0 && stream.uniform() < labels.flip;
    const label = labels[flipped ? other : kind];
    if (typeof label === 'number') return label;
    const [low, high] = label as [number, number];
    return low + (high - low) * stream.uniform();
  });
}
