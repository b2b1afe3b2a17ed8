// Interface of a framework's conventions for layers in files: names, shapes and order of values.
import type { Shape } from '../../engines/engine.ts';
import type { Network } from '../../models/network.ts';
import type { FileTensor, StateDict } from '../files/state-dict.ts';

/** The kind of a layer as far as its tensors determine it: convolutions and transposed ones do not differ. */
export type LayerKind = 'dense' | 'convolution' | 'batch norm' | 'unknown';

export interface FileLayer {
  /** Common prefix of its keys: `conv_blocks.3`. */
  key: string;
  kind: LayerKind;
  /** By the framework's names. */
  parts: ReadonlyMap<string, FileTensor & { key: string }>;
}

export interface Convention {
  /** The framework's names for the parts of layers: kernel, bias, gamma, beta, movingMean, movingVariance, u, v. */
  names: Readonly<Record<string, string>>;
  /** The layers of a state_dict, in the order of their first keys. */
  layersOf(stateDict: StateDict): FileLayer[];
  /** The shape in the file of a variable with this shape here. */
  shapeOf(shape: Shape): Shape;
  /** Converts the row-major values of a part of layer `index` of `singleLayersOf` to the order used here. */
  rearrange(network: Network, index: number, part: string, values: Float32Array): Float32Array;
  /** Throws DcganError if a network's weights cannot be imported. */
  check(network: Network): void;
}

/** Tensors by layer and part, without those for which `split` returns undefined. */
export function groupByLayer(
  stateDict: StateDict,
  split: (key: string) => { layer: string; part: string } | undefined,
): Map<string, Map<string, FileTensor & { key: string }>> {
  const layers = new Map<string, Map<string, FileTensor & { key: string }>>();
  for (const [key, tensor] of stateDict) {
    const found = split(key);
    if (!found) continue;
    const parts = layers.get(found.layer) ?? new Map<string, FileTensor & { key: string }>();
    layers.set(found.layer, parts.set(found.part, { ...tensor, key }));
  }
  return layers;
}
