// Warnings about network designs that publications advise against. They never stop a run.
import type { Config } from '../config/config.ts';
import { type ShapedSingle, singleLayersOf } from './infer-shapes.ts';
import { hasTrait } from './layer-registry.ts';
import { pair } from './layers/padding.ts';
import type { Network } from './network.ts';
import type { Networks } from './networks.ts';

export interface ConfigWarning {
  code: 'config.checkerboard' | 'config.norm-of-images' | 'config.penalty-with-batch-norm';
  network: Network['name'];
  /** Places of the layers concerned. */
  layers: string[];
  /** One line: network, layers, problem and fix. */
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

/** Batch norm after the generator's last kernel. */
function outputNorm(generator: Network): ConfigWarning[] {
  const layers = singleLayersOf(generator.layers);
  const last = layers.findLastIndex(hasKernel);
  const found = layers.slice(last + 1).filter(usesBatchStatistics);
  return warning('config.norm-of-images', generator, found, `normalises the generator's output. ${normOfImages}`);
}

/** Batch norm before the discriminator's second kernel. */
function inputNorm(discriminator: Network): ConfigWarning[] {
  const layers = singleLayersOf(discriminator.layers);
  const [, second = { index: layers.length }] = layers.flatMap((layer, index) => (hasKernel(layer) ? [{ index }] : []));
  const found = layers.slice(0, second.index).filter(usesBatchStatistics);
  const what = `normalises the discriminator's input layer. ${normOfImages}`;
  return warning('config.norm-of-images', discriminator, found, what);
}

/** Transposed convolutions whose kernels overlap unevenly. */
function unevenOverlaps(network: Network): ConfigWarning[] {
  const uneven = singleLayersOf(network.layers).flatMap((shaped) => {
    if (shaped.layer.type !== 'convTranspose') return [];
    const [kernel, stride] = [pair(shaped.layer.kernel), pair(shaped.layer.stride)];
    if (kernel.every((size, axis) => size % stride[axis]! === 0)) return [];
    return [{ shaped, sizes: `kernel ${sidesText(kernel)} with stride ${sidesText(stride)}` }];
  });
  const sizes = [...new Set(uneven.map((each) => each.sizes))].join(', ');
  const what = `${sizes}: the stride does not divide the kernel, which can show as a checkerboard (Odena et al. 2016). A kernel that is a multiple of the stride, or upsample and conv, avoids it.`;
  return warning(
    'config.checkerboard',
    network,
    uneven.map(({ shaped }) => shaped),
    what,
  );
}

function sidesText([height, width]: readonly [number, number]): string {
  return height === width ? String(height) : `${height} x ${width}`;
}

/** A gradient penalty is defined per image, but with batch norm a score depends on the whole batch. */
function penalisedNorm({ training: { gradientPenalty } }: Config, discriminator: Network): ConfigWarning[] {
  const found = gradientPenalty ? singleLayersOf(discriminator.layers).filter(usesBatchStatistics) : [];
  const what = `mixes the images of a batch, where training.gradientPenalty ${gradientPenalty?.type} penalises the slope at each image (Gulrajani et al. 2017, section 4). Remove it, or use spectralNorm.`;
  return warning('config.penalty-with-batch-norm', discriminator, found, what);
}

function warning(
  code: ConfigWarning['code'],
  { name }: Network,
  found: readonly ShapedSingle[],
  what: string,
): ConfigWarning[] {
  const [first] = found;
  if (!first) return [];
  const layers = found.map(({ place }) => place);
  const places = `layer${layers.length > 1 ? 's' : ''} ${layers.join(', ')}`;
  return [{ code, network: name, layers, message: `${name}, ${places} (${first.layer.type}): ${what}` }];
}

function usesBatchStatistics({ layer }: ShapedSingle): boolean {
  return hasTrait(layer, 'batchStatistics');
}

function hasKernel({ layer }: ShapedSingle): boolean {
  return hasTrait(layer, 'kernel');
}
