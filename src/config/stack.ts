// The short form `stack` written out as single layers, before anything else sees the config.
import { type Layer, type LayerEntry, type SingleLayer, type StackEntry, singleLayerSchema } from './schema/layers.ts';

/** At most: what enlarges, a convolution, a norm, an activation, dropout. */
export const layersPerStage = 5;

/** Number of stages that a stack's lists ask for; undefined where two lists disagree. */
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

/** A layer as a config has it, before the schema fills in its defaults. */
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

/** A stage's convolution: plain in a discriminator; in a generator transposed, or plain on an enlarged image. */
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
  const enlarge = stride > 1 ? [{ type: 'upsample', factor: stride, method }] : [];
  return [...enlarge, { type: 'conv', stride: 1, ...shared }];
}

function at(values: number | number[], stage: number): number {
  return typeof values === 'number' ? values : (values[stage] ?? values[0]!);
}
