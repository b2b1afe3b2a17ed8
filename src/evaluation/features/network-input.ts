// Prepares images for a feature network: size, channels, value range and axis order.
import { countImages, type Images } from '../../pictures/images.ts';
import { type Resizer, resample } from '../metrics/resample.ts';

export interface NetworkInput {
  layout: 'nchw' | 'nhwc';
  channels: 1 | 3;
  /** `any` keeps the images' own size. */
  size: { height: number; width: number } | 'any';
  /** The values of black and white, or normalisation by ImageNet's mean and deviation. */
  range: readonly [number, number] | 'imagenet';
  resizer: Resizer;
}

// of R, G, B in 0..1, as torchvision's models expect them
const imagenet = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] };
const luma = [0.299, 0.587, 0.114]; // ITU-R BT.601, as Pillow's convert('L')

/** uint8 [n, h, w, 1 or 3] -> float32 [n, channels, height, width] or [n, height, width, channels] in the input's range. */
export function prepareInput(images: Images, { layout, channels, size, range, resizer }: NetworkInput): Float32Array {
  const { height, width } = size === 'any' ? images : size;
  const resized = resample(images, height, width, resizer); // [n, height, width, c] in 0..255
  const own = images.channels;
  const pixels = height * width;
  const values = new Float32Array(countImages(images) * pixels * channels);
  const affine = Array.from({ length: channels }, (_, channel) => affineOf(range, channel));
  for (let place = 0; place < resized.length / own; place++) {
    const [image, pixel] = [Math.floor(place / pixels), place % pixels];
    for (let channel = 0; channel < channels; channel++) {
      const value =
        channels === 1 && own === 3
          ? luma.reduce((sum, share, i) => sum + share * resized[3 * place + i]!, 0)
          : resized[place * own + (own === 1 ? 0 : channel)]!;
      const target = layout === 'nchw' ? (image * channels + channel) * pixels + pixel : place * channels + channel;
      const { scale, offset } = affine[channel]!;
      values[target] = value * scale + offset;
    }
  }
  return values;
}

function affineOf(range: NetworkInput['range'], channel: number): { scale: number; offset: number } {
  if (range === 'imagenet') {
    const [mean, deviation] = [imagenet.mean[channel]!, imagenet.deviation[channel]!];
    return { scale: 1 / (255 * deviation), offset: -mean / deviation };
  }
  const [low, high] = range;
  return { scale: (high - low) / 255, offset: low };
}

export function describeInput({ layout, channels, size, range, resizer }: NetworkInput): string {
  const colours = channels === 1 ? 'gray' : 'RGB';
  const values = range === 'imagenet' ? "ImageNet's mean and deviation" : `${range[0]}..${range[1]}`;
  const sides = size === 'any' ? 'their own size' : `${size.width} x ${size.height}, ${resizer}`;
  return `${layout}, ${colours}, ${values}, ${sides}`;
}
