// Whether a convolution and its gradients take fewer operations by frequencies, and as which convolution with stride 1.
import { rankOf, type Sizes, transformSides } from '../../frequencies.ts';
import type { AxisGeometry, Geometry, Shape4D } from './convolution.ts';

/**
 * With stride s and padding p, y[o] = sum_k x[s o + k - p] w[k]. With k - p = s e + a it is, summed over the phases a = 0..s-1 too, a
 * convolution with stride 1 of the phases x[s t + a] by w[s e + a + p], which are s times as many channels along each axis.
 */
export interface FrequencyPlan {
  sizes: Sizes;
  strides: readonly [number, number];
  /** Zeros around the kernel, so that every phase has a tap for each e. */
  zeros: readonly [vertical: [number, number], horizontal: [number, number]];
}

/** A value of a spectrum takes as long to write and read as so many operations. Measured on a Zen 5 core. */
const movingOperations = 18;
const worthwhile = 0.85; // of the direct form's time

/** For the convolution from x: [B, H, W, C] with a filter [kh, kw, C, F], and for both of its gradients alike. */
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
  const byFrequency = rankOf(transformSides(sizes)) * (perFrequency + movingOperations * (x + w + y));
  if (byFrequency > worthwhile * direct) return undefined;
  return { sizes, strides: [vertical.stride, horizontal.stride], zeros: [down.zeros, across.zeros] };
}

/** The e at which some phase has a tap: from -lead on, so many. */
function phaseTaps({ stride, before }: AxisGeometry, kernel: number) {
  const lead = Math.ceil(before / stride);
  const last = Math.floor((kernel - 1 - before) / stride);
  const zeros: [number, number] = [stride * lead - before, stride * last + stride + before - kernel];
  return { lead, count: last + lead + 1, zeros };
}
