// What published experience advises against in the design of two networks. Nothing here stops a training.
import type { Config } from '../config/config.ts';
import { hasTrait } from './layer-registry.ts';
import { pair } from './layers/padding.ts';
import type { Network } from './network.ts';
import type { Networks } from './networks.ts';
import { singleLayersOf, type WalkedSingle } from './walk.ts';

export interface ConfigWarning {
  code: 'config.checkerboard' | 'config.norm-of-images' | 'config.penalty-with-batch-norm';
  network: Network['name'];
  /** Places of the layers that it is about. */
  layers: string[];
  /** One line that names the network and the layers, and says what to do. */
  message: string;
}

export function designWarnings(config: Config, { generator, discriminator }: Networks): ConfigWarning[] {
  return [
    ...outputNorm(generator),
    ...inputNorm(discriminator),
    ...unevenOverlaps(generator),
    ...unevenOverlaps(discriminator),
    ...penalisedNorm(config, discriminator),
  ];
}

const normOfImages =
  'DCGAN leaves batch norm out there, since samples oscillated and training was unstable (Radford et al. 2015, section 3). Remove it.';

/** Batch norm after the generator's last weights. */
function outputNorm(generator: Network): ConfigWarning[] {
  const layers = singleLayersOf(generator.layers);
  const last = layers.findLastIndex(hasKernel);
  const found = layers.slice(last + 1).filter(usesBatchStatistics);
  return warning('config.norm-of-images', generator, found, `normalises the generator's output. ${normOfImages}`);
}

/** Batch norm before the discriminator's second weights. */
function inputNorm(discriminator: Network): ConfigWarning[] {
  const layers = singleLayersOf(discriminator.layers);
  const [, second = { index: layers.length }] = layers.flatMap((layer, index) => (hasKernel(layer) ? [{ index }] : []));
  const found = layers.slice(0, second.index).filter(usesBatchStatistics);
  const what = `normalises the discriminator's input layer. ${normOfImages}`;
  return warning('config.norm-of-images', discriminator, found, what);
}

/** Transposed convolutions that reach some pixels more often than others. */
function unevenOverlaps(network: Network): ConfigWarning[] {
  const uneven = singleLayersOf(network.layers).flatMap((walked) => {
    if (walked.layer.type !== 'convTranspose') return [];
    const [kernel, stride] = [pair(walked.layer.kernel), pair(walked.layer.stride)];
    if (kernel.every((size, axis) => size % stride[axis]! === 0)) return [];
    return [{ walked, sizes: `kernel ${sidesText(kernel)} with stride ${sidesText(stride)}` }];
  });
  const sizes = [...new Set(uneven.map((each) => each.sizes))].join(', ');
  const what = `${sizes}: the stride does not divide the kernel, which can show as a checkerboard (Odena et al. 2016). A kernel that is a multiple of the stride, or upsample and conv, avoids it.`;
  return warning(
    'config.checkerboard',
    network,
    uneven.map(({ walked }) => walked),
    what,
  );
}

function sidesText([height, width]: readonly [number, number]): string {
  return height === width ? String(height) : `${height} x ${width}`;
}

/** A gradient penalty is meant for one image at a time, and batch norm makes scores depend on the whole batch. */
function penalisedNorm({ training: { gradientPenalty } }: Config, discriminator: Network): ConfigWarning[] {
  const found = gradientPenalty ? singleLayersOf(discriminator.layers).filter(usesBatchStatistics) : [];
  const what = `mixes the images of a batch, where training.gradientPenalty ${gradientPenalty?.type} penalises the slope at each image (Gulrajani et al. 2017, section 4). Remove it, or use spectralNorm.`;
  return warning('config.penalty-with-batch-norm', discriminator, found, what);
}

function warning(
  code: ConfigWarning['code'],
  { name }: Network,
  found: readonly WalkedSingle[],
  what: string,
): ConfigWarning[] {
  const [first] = found;
  if (!first) return [];
  const layers = found.map(({ place }) => place);
  const places = `layer${layers.length > 1 ? 's' : ''} ${layers.join(', ')}`;
  return [{ code, network: name, layers, message: `${name}, ${places} (${first.layer.type}): ${what}` }];
}

function usesBatchStatistics({ layer }: WalkedSingle): boolean {
  return hasTrait(layer, 'batchStatistics');
}

function hasKernel({ layer }: WalkedSingle): boolean {
  return hasTrait(layer, 'kernel');
}
