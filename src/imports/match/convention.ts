// How a framework lays its layers out in files: what their tensors are called, in which shapes, and with values in which order.
import type { Shape } from '../../engines/engine.ts';
import type { Network } from '../../models/network.ts';
import type { FileTensor, StateDict } from '../files/state-dict.ts';

/** What a layer is, as far as its tensors tell: convolutions and transposed ones look alike. */
export type LayerKind = 'dense' | 'convolution' | 'batch norm' | 'unknown';

export interface FileLayer {
  /** All of its keys but their ends: `conv_blocks.3`. */
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
  /** The shape there of a variable that has this shape here. */
  shapeOf(shape: Shape): Shape;
  /** Values in row-major order of a part of layer `index` of `singleLayersOf`, from there to here. */
  rearrange(network: Network, index: number, part: string, values: Float32Array): Float32Array;
  /** Throws DcganError where a network's weights cannot be brought over. */
  check(network: Network): void;
}

/** Tensors by layer and part. `split` gives undefined for what is not of a layer. */
export function groupByLayer(
  stateDict: StateDict,
  split: (key: string) => { layer: string; part: string } | undefined,
): Map<string, Map<string, FileTensor & { key: string }>> {
  const layers = new Map<string, Map<string, FileTensor & { key: string }>>();
  for (const [key, tensor] of stateDict) {
    const place = split(key);
    if (!place) continue;
    const parts = layers.get(place.layer) ?? new Map<string, FileTensor & { key: string }>();
    layers.set(place.layer, parts.set(place.part, { ...tensor, key }));
  }
  return layers;
}
