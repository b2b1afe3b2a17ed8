// Expands `stack` entries into single layers.
import { type Layer, type LayerEntry, type SingleLayer, type StackEntry, singleLayerSchema } from './schema/layers.ts';

/** At most: upsampling, convolution, norm, activation, dropout. */
export const layersPerStage = 5;

/** Number of stages given by a stack's lists; undefined if they disagree. */
export function stageCount({ filters, kernel, stride }: StackEntry): number | undefined {
  const lengths = new Set([filters, kernel, stride].filter(Array.isArray).map((list) => list.length));
  lengths.delete(1);
  return lengths.size > 1 ? undefined : ([...lengths][0] ?? 1);
}

export function expandStacks(entries: readonly LayerEntry[], network: 'generator' | 'discriminator'): Layer[] {
  return entries.flatMap((entry): Layer[] => {
    if (entry.type === 'stack') return expandStack(entry, network);
    return [entry.type === 'residual' ? { ...entry, layers: expandStacks(entry.layers, network) } : entry];
  });
}

/** A layer before the schema fills in its defaults. */
type Entry = { type: string } & Record<string, unknown>;

function expandStack(stack: StackEntry, network: 'generator' | 'discriminator'): SingleLayer[] {
  return Array.from({ length: stageCount(stack) ?? 0 }, (_, stage) => {
    const norm = typeof stack.norm === 'string' ? { type: stack.norm } : stack.norm;
    const activation = typeof stack.activation === 'string' ? { type: stack.activation } : stack.activation;
    const dropout = typeof stack.dropout === 'number' ? { type: 'dropout', rate: stack.dropout } : stack.dropout;
    return [...convolutionOf(stack, stage, network), norm, activation, ...(dropout.rate > 0 ? [dropout] : [])]
      .filter((layer) => layer.type !== 'none')
      .map((layer) => singleLayerSchema.parse(layer));
  }).flat();
}

/** A stage's convolution: plain in a discriminator; in a generator transposed, or upsampling and a plain one. */
function convolutionOf(stack: StackEntry, stage: number, network: 'generator' | 'discriminator'): Entry[] {
  const { padding, bias, initializer, biasInitializer, spectralNorm, upsample: method } = stack;
  const shared = {
    filters: at(stack.filters, stage),
    kernel: at(stack.kernel, stage),
    padding,
    bias,
    ...(initializer ? { initializer } : {}),
    ...(biasInitializer ? { biasInitializer } : {}),
    spectralNorm,
  };
  const stride = at(stack.stride, stage);
  if (method === 'none') return [{ type: network === 'generator' ? 'convTranspose' : 'conv', stride, ...shared }];
  const upsampling = stride > 1 ? [{ type: 'upsample', factor: stride, method }] : [];
  return [...upsampling, { type: 'conv', stride: 1, ...shared }];
}

function at(values: number | number[], stage: number): number {
  return typeof values === 'number' ? values : (values[stage] ?? values[0]!);
}
