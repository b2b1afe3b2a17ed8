// Whether a convolution or its filter gradient is faster by frequencies: what both ways cost, by counting.
import { getThreadsCount } from '@tensorflow/tfjs-backend-wasm';
import { rankOf, type Sizes, torusOf } from '../frequencies.ts';
import type { AxisGeometry, Shape4D } from './convolution.ts';

/** Measured on a Zen 4 core. XNNPACK computes on all threads; the rest is done on one. */
const operationsPerNs = 29;
const rearrangingNs = 4.5; // XNNPACK takes one operand of a product in another order
const movingNs = 2.5; // a value of a spectrum is written, transposed and read
const startingNs = 20_000; // a product on all threads
const worthwhile = 0.85; // of the direct form's time

/** The sizes of a convolution that is faster by frequencies, for the convolution and for its filter gradient alike. */
export function frequencySizes(
  [batch, height, width, channels]: Shape4D,
  [kernelHeight, kernelWidth, , filters]: Shape4D,
  { height: vertical, width: horizontal }: { height: AxisGeometry; width: AxisGeometry },
): Sizes | undefined {
  if ([vertical, horizontal].some(({ stride, dilation }) => stride !== 1 || dilation !== 1)) return undefined;
  const sizes: Sizes = {
    input: [height, width],
    taps: [kernelHeight, kernelWidth],
    output: [vertical.outputs, horizontal.outputs],
    lead: [vertical.before, horizontal.before],
  };
  const [pixels, taps, outputs] = [sizes.input, sizes.taps, sizes.output].map(([rows, columns]) => rows * columns);
  const threads = getThreadsCount();
  const directNs = (2 * outputs! * taps! * batch * channels * filters) / (operationsPerNs * threads);
  const [x, w, y] = [batch * channels, channels * filters, batch * filters];
  const rank = rankOf(torusOf(sizes));
  const operations = 2 * rank * (pixels! * x + taps! * w + outputs! * y + batch * channels * filters);
  const movedNs = rank * (movingNs * (x + w + y) + rearrangingNs * Math.min(x, w, y) + startingNs);
  return operations / (operationsPerNs * threads) + movedNs < worthwhile * directNs ? sizes : undefined;
}
