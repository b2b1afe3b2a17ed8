// Builds the two networks of a config and checks them against the data.
import type { Config } from '../config/config.ts';
import type { Shape } from '../engines/engine.ts';
import { DcganError } from '../errors.ts';
import { elementCount } from '../formats/tensor-shape.ts';
import { buildNetwork, type Network } from './network.ts';

export interface Networks {
  generator: Network;
  discriminator: Network;
}

/** Builds both networks: latent -> image -> one logit per image. */
export function buildNetworks(config: Config): Networks {
  const { height, width, channels } = config.data;
  const image = [height, width, channels];
  const generator = buildNetwork('generator', config.generator, [config.generator.latent.size]);
  checkImage(generator, image);
  const discriminator = buildNetwork('discriminator', config.discriminator, image);
  checkLogit(discriminator);
  return { generator, discriminator };
}

function checkImage({ output, layers }: Network, image: Shape): void {
  if (output.length === 3 && output.every((side, axis) => side === image[axis])) return;
  const sameSize = output.length === 3 && output[0] === image[0] && output[1] === image[1];
  const fix = sameSize
    ? `Set filters: ${image[2]} in the last convolution of generator.layers, or channels: ${output[2]} in data.`
    : `Change strides or the reshape in generator.layers, or set size: ${output.length === 3 ? `[${output[0]}, ${output[1]}]` : '...'} in data.`;
  throw new DcganError('config.output-mismatch', {
    happened: `generator: the last layer (${layers.at(-1)?.layer.type}) outputs [${output.join(', ')}], but the data is [${image.join(', ')}].`,
    expected: "The generator's output must have the size and channels of the data.",
    fix,
  });
}

function checkLogit({ output }: Network): void {
  if (elementCount(output) === 1) return;
  throw new DcganError('config.discriminator-output', {
    happened: `discriminator: the last layer outputs [${output.join(', ')}].`,
    expected: 'The discriminator must end in one number per image: its logit.',
    fix: 'End discriminator.layers with { type: flatten } and { type: dense, units: 1 }.',
  });
}
