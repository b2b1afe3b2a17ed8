// Decides whether a convolution and its gradients are faster in the frequency domain, and as which convolution with stride 1.
import { rankOf, type Sizes, transformSides } from '../../frequencies.ts';
import type { AxisGeometry, Geometry, Shape4D } from './convolution.ts';

/**
 * With stride s and padding p, y[o] = sum_k x[s o + k - p] w[k]. Substituting k - p = s e + a gives a convolution with stride 1 over e
 * and the phases a = 0..s-1: of x[s t + a] with w[s e + a + p], with s times as many channels per axis.
 */
export interface FrequencyPlan {
  sizes: Sizes;
  strides: readonly [number, number];
  /** Zero padding of the kernel, such that every phase has a tap for each e. */
  zeros: readonly [vertical: [number, number], horizontal: [number, number]];
}

/** The cost, in floating-point operations, of writing and reading one value of a spectrum. Measured on a Zen 5 core. */
const transferCost = 18;
const worthwhile = 0.85; // of the direct product's cost

/** One decision for the convolution of x: [B, H, W, C] with a filter [kh, kw, C, F] and for both of its gradients. */
export function frequencyPlan(
  [batch, height, width, channels]: Shape4D,
  [kernelHeight, kernelWidth, , filters]: Shape4D,
  { height: vertical, width: horizontal }: Geometry,
): FrequencyPlan | undefined {
  const isWhole = height % vertical.stride === 0 && width % horizontal.stride === 0;
  if (!isWhole || vertical.dilation !== 1 || horizontal.dilation !== 1) return undefined;
  const [down, across] = [phaseTaps(vertical, kernelHeight), phaseTaps(horizontal, kernelWidth)];
  const sizes: Sizes = {
    input: [height / vertical.stride, width / horizontal.stride],
    taps: [down.count, across.count],
    output: [vertical.outputs, horizontal.outputs],
    lead: [down.lead, across.lead],
  };
  const phases = vertical.stride * horizontal.stride;
  const [pixels, taps, outputs] = [sizes.input, sizes.taps, sizes.output].map(([rows, columns]) => rows * columns);
  const direct = 2 * outputs! * kernelHeight * kernelWidth * batch * channels * filters;
  const [x, w, y] = [batch * phases * channels, phases * channels * filters, batch * filters];
  const perFrequency = 2 * (pixels! * x + taps! * w + outputs! * y + batch * phases * channels * filters);
  const byFrequency = rankOf(transformSides(sizes)) * (perFrequency + transferCost * (x + w + y));
  if (byFrequency > worthwhile * direct) return undefined;
  return { sizes, strides: [vertical.stride, horizontal.stride], zeros: [down.zeros, across.zeros] };
}

/** The range of e at which some phase has a tap: `count` values from -lead. */
function phaseTaps({ stride, before }: AxisGeometry, kernel: number) {
  const lead = Math.ceil(before / stride);
  const last = Math.floor((kernel - 1 - before) / stride);
  const zeros: [number, number] = [stride * lead - before, stride * last + stride + before - kernel];
  return { lead, count: last + lead + 1, zeros };
}
