// The short form `stack` written out as single layers, before anything else sees the config.
import { type Layer, type LayerEntry, type StackEntry, singleLayerSchema } from './layers.ts';

/** Number of stages that a stack's lists ask for; undefined where two lists disagree. */
export function stageCount({ filters, kernel, stride }: StackEntry): number | undefined {
  const lengths = new Set([filters, kernel, stride].filter(Array.isArray).map((list) => list.length));
  lengths.delete(1);
  return lengths.size > 1 ? undefined : ([...lengths][0] ?? 1);
}

export function expandStacks(entries: readonly LayerEntry[], network: 'generator' | 'discriminator'): Layer[] {
  return entries.flatMap((entry) => (entry.type === 'stack' ? expandStack(entry, network) : [entry]));
}

function expandStack(stack: StackEntry, network: 'generator' | 'discriminator'): Layer[] {
  const type = network === 'generator' ? 'convTranspose' : 'conv';
  return Array.from({ length: stageCount(stack) ?? 0 }, (_, stage) => {
    const { padding, bias, initializer } = stack;
    const sizes = {
      filters: at(stack.filters, stage),
      kernel: at(stack.kernel, stage),
      stride: at(stack.stride, stage),
    };
    const convolution = { type, ...sizes, padding, bias, ...(initializer ? { initializer } : {}) };
    const norm = typeof stack.norm === 'string' ? { type: stack.norm } : stack.norm;
    const activation = typeof stack.activation === 'string' ? { type: stack.activation } : stack.activation;
    const dropout = stack.dropout > 0 ? [{ type: 'dropout', rate: stack.dropout }] : [];
    return [convolution, norm, activation, ...dropout]
      .filter((layer) => layer.type !== 'none')
      .map((layer) => singleLayerSchema.parse(layer));
  }).flat();
}

function at(values: number | number[], stage: number): number {
  return typeof values === 'number' ? values : (values[stage] ?? values[0]!);
}
