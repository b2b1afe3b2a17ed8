// The keys of a state_dict, `conv_blocks.3.running_var` and the like, as layers with parts.
import type { FileTensor, StateDict } from './weights-file.ts';

/** What a layer is, as far as its tensors tell: convolutions and transposed ones look alike. */
export type TorchKind = 'dense' | 'convolution' | 'batch norm' | 'unknown';

export interface TorchLayer {
  /** All of its keys but their ends: `conv_blocks.3`. */
  key: string;
  kind: TorchKind;
  /** By PyTorch's names: weight, bias, running_mean, running_var, u, v. */
  parts: ReadonlyMap<string, FileTensor & { key: string }>;
}

/** How the keys of a part end. Spectral normalisation has two forms: a hook, and since PyTorch 1.9 a parametrization. */
const endings: readonly (readonly [ending: RegExp, part: string])[] = [
  [/(^|\.)parametrizations\.weight\.original$/, 'weight'],
  [/(^|\.)parametrizations\.weight\.0\._u$/, 'u'],
  [/(^|\.)parametrizations\.weight\.0\._v$/, 'v'],
  [/(^|\.)weight_orig$/, 'weight'],
  [/(^|\.)weight_u$/, 'u'],
  [/(^|\.)weight_v$/, 'v'],
  [/(^|\.)(weight|bias|running_mean|running_var)$/, '$2'],
];

/** The layers of a state_dict in the order of their first keys. */
export function torchLayers(stateDict: StateDict): TorchLayer[] {
  const layers = new Map<string, Map<string, FileTensor & { key: string }>>();
  for (const [key, tensor] of stateDict) {
    if (/(^|\.)num_batches_tracked$/.test(key)) continue; // counts for averages of another kind
    const { layer, part } = splitKey(key);
    const parts = layers.get(layer) ?? new Map();
    layers.set(layer, parts.set(part, { ...tensor, key }));
  }
  return Array.from(layers, ([key, parts]) => ({ key, kind: kindOf(parts), parts }));
}

function splitKey(key: string): { layer: string; part: string } {
  for (const [ending, part] of endings) {
    const match = ending.exec(key);
    if (match) return { layer: key.slice(0, match.index), part: part === '$2' ? match[2]! : part };
  }
  return { layer: key, part: key.slice(key.lastIndexOf('.') + 1) };
}

function kindOf(parts: TorchLayer['parts']): TorchKind {
  const axes = parts.get('weight')?.shape.length;
  if (axes === 4) return 'convolution';
  if (axes === 2) return 'dense';
  return parts.has('running_mean') ? 'batch norm' : 'unknown';
}
