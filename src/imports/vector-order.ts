// PyTorch counts an image's values channel by channel, this program pixel by pixel. Between a flatten or before a reshape
// and the dense layer beside it such an image is a vector, and the two disagree on the order of its values.
import type { Shape } from '../engines/engine.ts';
import { elementCount } from '../engines/feeds.ts';
import { DcganError } from '../errors.ts';
import type { Network } from '../models/network.ts';

/** For each value of this program's vector, where it stands in PyTorch's; undefined where both agree. */
export type VectorOrder = Uint32Array | undefined;

/** The order of what layer `index` takes, if that is a vector. */
export function orderBefore({ layers }: Network, index: number): VectorOrder {
  let before = index - 1;
  while (before >= 0 && keepsOrder(layers[before]!.layer.type)) before--;
  const source = layers[before];
  return source?.layer.type === 'flatten' ? channelsFirst(source.input) : undefined;
}

/** The order of what layer `index` gives, if that is a vector. */
export function orderAfter({ layers }: Network, index: number): VectorOrder {
  let after = index + 1;
  while (after < layers.length && keepsOrder(layers[after]!.layer.type)) after++;
  const target = layers[after];
  return target?.layer.type === 'reshape' && target.input.length === 1 ? channelsFirst(target.output) : undefined;
}

/** Value (y, x, c) of [height, width, channels] stands at (c, y, x) in PyTorch. */
function channelsFirst(image: Shape): VectorOrder {
  const [height, width, channels] = image;
  const pixels = height! * width!;
  if (image.length !== 3 || pixels === 1 || channels === 1) return undefined;
  return Uint32Array.from(
    { length: elementCount(image) },
    (_, i) => (i % channels!) * pixels + Math.floor(i / channels!),
  );
}

const keepsOrder = (type: string) => ['batchNorm', 'relu', 'leakyRelu', 'tanh', 'sigmoid', 'dropout'].includes(type);

/**
 * Only weights can make up for the order, so a dense layer must stand on one side of each vector that is an image.
 * @throws DcganError `config.not-importable` naming the layer
 */
export function checkVectors(network: Network): void {
  network.layers.forEach(({ layer, input, output }, index) => {
    if (layer.type !== 'reshape' || !channelsFirst(output)) return;
    let before = index - 1;
    while (before >= 0 && keepsOrder(network.layers[before]!.layer.type)) before--;
    if (input.length === 1 && network.layers[before]?.layer.type === 'dense') return;
    throw new DcganError('config.not-importable', {
      happened: `${network.name}, layer ${index} (reshape) makes an image [${output.join(', ')}] of what no dense layer gives.`,
      expected:
        'PyTorch orders the values of an image in another way, which only the weights before it can make up for.',
    });
  });
}
