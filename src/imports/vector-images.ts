// PyTorch counts an image's values channel by channel, this program pixel by pixel. After a flatten and before a reshape such
// an image is a vector, and the two disagree on the order of its values: the weights beside it make up for that.
import type { Shape } from '../engines/engine.ts';
import { DcganError } from '../errors.ts';
import type { Network } from '../models/network.ts';
import { singleLayersOf, type WalkedSingle } from '../models/walk.ts';

/** The image [height, width, channels] that the vector was which layer `index` takes; undefined where both agree on its order. */
export function imageBefore(network: Network, index: number): Shape | undefined {
  const source = neighbour(network, index, -1);
  return source?.layer.type === 'flatten' ? orderedImage(source.input) : undefined;
}

/** The image that the vector becomes which layer `index` gives; undefined where both agree on its order. */
export function imageAfter(network: Network, index: number): Shape | undefined {
  const target = neighbour(network, index, 1);
  return target?.layer.type === 'reshape' && target.input.length === 1 ? orderedImage(target.output) : undefined;
}

/**
 * A dense layer must stand before every vector that becomes an image: nothing else has weights for it.
 * @throws DcganError `config.not-importable` naming the layer
 */
export function checkVectors(network: Network): void {
  singleLayersOf(network.layers).forEach(({ layer, place, input, output }, index) => {
    if (layer.type !== 'reshape' || !orderedImage(output)) return;
    if (input.length === 1 && neighbour(network, index, -1)?.layer.type === 'dense') return;
    throw new DcganError('config.not-importable', {
      happened: `${network.name}, layer ${place} (reshape) makes an image [${output.join(', ')}] from a vector that does not come from a dense layer.`,
      expected:
        'PyTorch orders the values of an image in another way, which only the weights before it can make up for.',
    });
  });
}

/** Layers that treat all values of a vector alike, or each by itself. */
const orderless = ['batchNorm', 'relu', 'leakyRelu', 'tanh', 'sigmoid', 'dropout'];

/** The nearest layer in a direction that gives a vector's values their order. */
function neighbour(network: Network, index: number, direction: 1 | -1): WalkedSingle | undefined {
  const layers = singleLayersOf(network.layers);
  let place = index + direction;
  while (layers[place] && orderless.includes(layers[place]!.layer.type)) place += direction;
  return layers[place];
}

/** One pixel or one channel has one order only. */
function orderedImage(image: Shape): Shape | undefined {
  const [height, width, channels] = image as [number, number, number];
  return image.length === 3 && height * width > 1 && channels > 1 ? image : undefined;
}
