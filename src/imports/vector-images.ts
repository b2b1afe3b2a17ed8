// PyTorch flattens images in the order [channels, height, width], dcgan in [height, width, channels]. The weights next to a
// flatten or reshape are permuted to compensate.
import type { Shape } from '../engines/engine.ts';
import { DcganError } from '../errors.ts';
import { type ShapedSingle, singleLayersOf } from '../models/infer-shapes.ts';
import { hasTrait } from '../models/layer-registry.ts';
import type { Network } from '../models/network.ts';

/** The image [height, width, channels] that was flattened to the input of layer `index`; undefined if both orders agree. */
export function imageBefore(network: Network, index: number): Shape | undefined {
  const source = neighbour(network, index, -1);
  return source?.layer.type === 'flatten' ? orderedImage(source.input) : undefined;
}

/** The image that the output of layer `index` is reshaped to; undefined if both orders agree. */
export function imageAfter(network: Network, index: number): Shape | undefined {
  const target = neighbour(network, index, 1);
  return target?.layer.type === 'reshape' && target.input.length === 1 ? orderedImage(target.output) : undefined;
}

/**
 * A vector that is reshaped to an image must come from a dense layer, whose weights can be permuted.
 * @throws DcganError `config.not-importable` naming the layer
 */
export function checkVectors(network: Network): void {
  singleLayersOf(network.layers).forEach(({ layer, place, input, output }, index) => {
    if (layer.type !== 'reshape' || !orderedImage(output)) return;
    if (input.length === 1 && neighbour(network, index, -1)?.layer.type === 'dense') return;
    throw new DcganError('config.not-importable', {
      happened: `${network.name}, layer ${place} (reshape) makes an image [${output.join(', ')}] from a vector that does not come from a dense layer.`,
      expected:
        'PyTorch orders the values of an image differently, and only the weights of a dense layer before it can be reordered to match.',
    });
  });
}

/** The nearest layer in a direction that depends on the order of a vector's values. */
function neighbour(network: Network, index: number, direction: 1 | -1): ShapedSingle | undefined {
  const layers = singleLayersOf(network.layers);
  let other = index + direction;
  while (layers[other] && hasTrait(layers[other]!.layer, 'featurewise')) other += direction;
  return layers[other];
}

/** Images of one pixel or one channel have the same order in both. */
function orderedImage(image: Shape): Shape | undefined {
  const [height, width, channels] = image as [number, number, number];
  return image.length === 3 && height * width > 1 && channels > 1 ? image : undefined;
}
