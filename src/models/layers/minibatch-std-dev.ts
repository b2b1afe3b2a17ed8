// Minibatch standard deviation (Karras et al. 2017, section 3): adds a channel with the deviation over a group of images, by which
// the discriminator detects a generator of little diversity.
import {
  add,
  concat,
  mean,
  mul,
  onesLike,
  reshape,
  slice,
  sqrt,
  square,
  sub,
  type Tensor3D,
  type Tensor4D,
  tile,
} from '@tensorflow/tfjs-core';
import { expectImage, type LayerDefinition, type LayerOf } from '../layer.ts';

const epsilon = 1e-8; // added to the variance

export const minibatchStdDev: LayerDefinition<LayerOf<'minibatchStdDev'>> = {
  traits: [],
  outputShape(_, input) {
    const [height, width, channels] = expectImage(input, 'minibatchStdDev');
    return [height, width, channels + 1];
  },
  apply({ groupSize }, x) {
    const [batch, height, width, channels] = (x as Tensor4D).shape;
    const size = groupSizeOf(batch, groupSize);
    // image i is in group i mod (batch / size), as in https://github.com/tkarras/progressive_growing_of_gans
    const members: Tensor3D = reshape(x, [size, batch / size, height * width * channels]);
    const variance = mean(square(sub(members, mean(members, 0, true))), 0); // [groups, h w c]
    const deviation = mean(sqrt(add(variance, epsilon)), 1); // [groups]
    const ofImages = reshape(tile(deviation, [size]), [batch, 1, 1, 1]);
    const channel = mul(onesLike(slice(x as Tensor4D, [0, 0, 0, 0], [-1, -1, -1, 1])), ofImages); // [B, h, w, 1]
    return concat([x, channel], 3);
  },
};

/** The largest divisor of the batch size up to the wanted size; the whole batch if that is 1, since one image has no deviation. */
export function groupSizeOf(batch: number, wanted: number): number {
  let size = Math.min(batch, wanted);
  while (batch % size !== 0) size--;
  return size === 1 ? batch : size;
}
