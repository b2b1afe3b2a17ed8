// The input and output tensors of an ONNX file, completed by the config: a file may leave open axes, size and channels, and never
// records the value range.
import type { InferenceSession } from 'onnxruntime-web';
import type { FeaturesConfig } from '../../config/schema/metrics.ts';
import { DcganError } from '../../errors.ts';
import type { NetworkInput } from './network-input.ts';

export interface ImageTensor extends NetworkInput {
  name: string;
  type: 'float32' | 'uint8';
  /** Fixed number of images per call, if the file has one. */
  batch: number | undefined;
}

/** The file's only input. @throws DcganError `usage.features-input` */
export function readImageTensor(
  { inputMetadata }: Pick<InferenceSession, 'inputMetadata'>,
  config: FeaturesConfig,
  path: string,
): ImageTensor {
  const refuse = (happened: string, expected: string, fix?: string) =>
    new DcganError('usage.features-input', { happened, expected, ...(fix && { fix }) }, { data: { path } });
  const [input] = inputMetadata;
  if (inputMetadata.length !== 1 || !input?.isTensor) {
    const names = inputMetadata.map(({ name }) => name).join(', ');
    throw refuse(`${path} has ${inputMetadata.length} inputs: ${names}.`, 'One input is expected: the images.');
  }
  const { name, type, shape } = input;
  const described = `The input ${name} of ${path} is ${type} [${shape.join(', ')}]`;
  if ((type !== 'float32' && type !== 'uint8') || shape.length !== 4) {
    throw refuse(
      `${described}.`,
      'Images are float32 or uint8, [images, channels, height, width] or with channels last.',
    );
  }
  const layout = layoutOf(shape, config);
  if (!layout) {
    const fix = '--features-set layout=nchw, or nhwc; and channels=3, or 1, where the shape does not say them.';
    throw refuse(
      `${described}: where its channels are cannot be told.`,
      '1 (gray) or 3 (RGB) channels are expected.',
      fix,
    );
  }
  const [rows, columns, depth] = layout === 'nchw' ? [shape[2], shape[3], shape[1]] : [shape[1], shape[2], shape[3]];
  const channels = typeof depth === 'number' ? depth : (config.channels ?? 3);
  if ((channels !== 1 && channels !== 3) || (config.channels ?? channels) !== channels) {
    throw refuse(`${described}: ${String(depth)} channels in ${layout}.`, '1 (gray) or 3 (RGB) channels are expected.');
  }
  const size = sizeOf([rows!, columns!], config);
  if (!size) {
    throw refuse(`${described}, and metrics.features.size is ${String(config.size)}.`, "The file's own size holds.");
  }
  if (type === 'float32' && config.range === undefined) {
    const fix = '--features-set range=[0,1], range=[-1,1] or range=imagenet: whatever its makers say.';
    throw refuse(
      `${described}: which values black and white have is not said in the file.`,
      'Its range is needed.',
      fix,
    );
  }
  const batch = typeof shape[0] === 'number' && shape[0] > 0 ? shape[0] : undefined;
  const range = config.range ?? [0, 255];
  return { name, type, layout, channels, size, range, resizer: config.resizer, batch };
}

type Side = number | string | undefined;

const isChannels = (side: Side) => side === 1 || side === 3;
const isOpen = (side: Side) => typeof side !== 'number' || side <= 0;

/** Decided by the axis of size 1 or 3; an open axis can be channels only if the config says so. */
function layoutOf(shape: readonly Side[], { layout }: FeaturesConfig): 'nchw' | 'nhwc' | undefined {
  if (layout) return layout;
  const [first, last] = [isChannels(shape[1]), isChannels(shape[3])];
  return first === last ? undefined : first ? 'nchw' : 'nhwc';
}

/** The file's size, the config's, or any; undefined if they contradict each other. */
function sizeOf(sides: readonly Side[], { size }: FeaturesConfig): NetworkInput['size'] | undefined {
  const wanted = size === undefined ? undefined : Array.isArray(size) ? size : [size, size];
  const [height, width] = sides.map((side, axis) => (isOpen(side) ? wanted?.[axis] : (side as number)));
  if (wanted && (wanted[0] !== height || wanted[1] !== width)) return undefined;
  return height === undefined || width === undefined ? 'any' : { height, width };
}

/** The output that the config names, or the only one. @throws DcganError `usage.features-output` */
export function readOutput(
  { outputNames }: Pick<InferenceSession, 'outputNames'>,
  { output }: FeaturesConfig,
  path: string,
): string {
  if (output === undefined && outputNames.length === 1) return outputNames[0]!;
  if (output !== undefined && outputNames.includes(output)) return output;
  throw new DcganError('usage.features-output', {
    happened: `${path} has the outputs ${outputNames.join(', ')}${output === undefined ? '' : `, but none named ${output}`}.`,
    expected: 'One of them holds the features: float32 [images, values].',
    fix: `--features-set output=${outputNames.at(-1)}`,
  });
}
