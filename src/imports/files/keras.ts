// Keras's convention: the same shapes and order as dcgan's. Keras 3 numbers the parts (`layers/dense/vars/0`), older versions
// name them (`dense/dense/kernel:0`).
import { type Convention, type FileLayer, groupByLayer, type LayerKind } from '../match/convention.ts';

export const keras: Convention = {
  names: {
    kernel: 'kernel',
    bias: 'bias',
    gamma: 'gamma',
    beta: 'beta',
    movingMean: 'moving_mean',
    movingVariance: 'moving_variance',
  },
  layersOf: (stateDict) => Array.from(groupByLayer(stateDict, splitKey), ([key, parts]) => layerOf(key, parts)),
  shapeOf: (shape) => shape,
  rearrange: (_network, _index, _part, values) => values,
  check() {},
};

function splitKey(key: string): { layer: string; part: string } | undefined {
  if (/(^|\.)seed_generator\./.test(key)) return undefined; // of dropout
  const numbered = /^(?:(.*)\.)?vars\.(\d+)$/.exec(key);
  if (numbered) return { layer: numbered[1] ?? '', part: numbered[2]! };
  const end = key.lastIndexOf('.');
  return { layer: key.slice(0, Math.max(0, end)), part: key.slice(end + 1).replace(/:0$/, '') };
}

function layerOf(key: string, parts: FileLayer['parts']): FileLayer {
  const names = /(^|\.)batch_normalization(_\d+)?$/.test(key) ? namesOfStatistics(parts.size) : ['kernel', 'bias'];
  const named = new Map(Array.from(parts, ([part, tensor]) => [names[Number(part)] ?? part, tensor]));
  return { key, kind: kindOf(named), parts: named };
}

/** A batch norm without scale and centre has statistics only; with three parts it is unknown which one is missing. */
function namesOfStatistics(count: number): string[] {
  return count === 2 ? ['moving_mean', 'moving_variance'] : ['gamma', 'beta', 'moving_mean', 'moving_variance'];
}

function kindOf(parts: FileLayer['parts']): LayerKind {
  if (parts.has('moving_mean') && parts.has('moving_variance')) return 'batch norm';
  const axes = parts.get('kernel')?.shape.length;
  if (axes === 4) return 'convolution';
  return axes === 2 ? 'dense' : 'unknown';
}
