// Packs a function's feeds into one vector per type, so that each type takes one upload; the graph unpacks them.

import { elementCount } from '../../../formats/tensor-shape.ts';
import type { FeedSpec, Feeds, FeedValues } from '../../engine.ts';
import { castNode, constantNode, DataType, type GraphNode, typeAttribute } from '../graph/graph.ts';
import { nodeNames, placeholderNode } from '../graph/variable-nodes.ts';

type FeedType = FeedSpec['dtype'];

const feedTypes: readonly FeedType[] = ['float32', 'int32', 'uint8'];

/** The feeds of one type, concatenated. */
interface PackedFeed {
  dtype: FeedType;
  length: number;
  parts: { name: string; spec: FeedSpec; begin: number }[];
}

export function packedFeedsOf(specs: Readonly<Record<string, FeedSpec>>): PackedFeed[] {
  return feedTypes.flatMap((dtype): PackedFeed[] => {
    let length = 0;
    const parts = Object.entries(specs).flatMap(([name, spec]) => {
      if (spec.dtype !== dtype) return [];
      const begin = length;
      length += elementCount(spec.shape);
      return [{ name, spec, begin }];
    });
    return parts.length > 0 ? [{ dtype, length, parts }] : [];
  });
}

/** One vector per type, with the name of the node it is fed to. */
export function packFeeds(functionName: string, specs: Readonly<Record<string, FeedSpec>>, feeds: Feeds) {
  return packedFeedsOf(specs).map(({ dtype, length, parts }) => {
    const values = parts.map(({ name }) => feeds[name]!);
    return {
      node: nodeNames.packedFeed(functionName, dtype),
      dtype: DataType[dtype],
      values: parts.length === 1 ? values[0]! : joined(dtype, length, values),
    };
  });
}

function joined(dtype: FeedType, length: number, parts: readonly FeedValues[]): FeedValues {
  const whole = { float32: Float32Array, int32: Int32Array, uint8: Uint8Array }[dtype];
  const values = new whole(length);
  let begin = 0;
  for (const part of parts) {
    values.set(part, begin);
    begin += part.length;
  }
  return values;
}

/** The nodes that unpack and reshape every feed; uint8 becomes float32. */
export function feedNodes(functionName: string, specs: Readonly<Record<string, FeedSpec>>): GraphNode[] {
  return packedFeedsOf(specs).flatMap(({ dtype, length, parts }) => {
    const packedFeed = nodeNames.packedFeed(functionName, dtype);
    const nodes = [placeholderNode(packedFeed, DataType[dtype], [length])];
    for (const { name, spec, begin } of parts) {
      const feed = nodeNames.feed(functionName, name);
      const count = elementCount(spec.shape);
      const part = count === length ? packedFeed : `${feed}/part`;
      if (part !== packedFeed) nodes.push(...sliceNodes(part, packedFeed, DataType[dtype], begin, count));
      nodes.push(...reshapeNodes(dtype === 'uint8' ? `${feed}/bytes` : feed, part, DataType[dtype], spec.shape));
      if (dtype === 'uint8') nodes.push(castNode(feed, `${feed}/bytes`, DataType.uint8, DataType.float32));
    }
    return nodes;
  });
}

const int32 = (name: string, values: readonly number[]): GraphNode =>
  constantNode(name, { shape: [values.length], dtype: DataType.int32, values: Int32Array.from(values) });

function sliceNodes(name: string, input: string, dtype: number, begin: number, count: number): GraphNode[] {
  const types = [typeAttribute('T', dtype), typeAttribute('Index', DataType.int32)];
  return [
    int32(`${name}/begin`, [begin]),
    int32(`${name}/size`, [count]),
    { name, op: 'Slice', inputs: [input, `${name}/begin`, `${name}/size`], attributes: types },
  ];
}

function reshapeNodes(name: string, input: string, dtype: number, shape: readonly number[]): GraphNode[] {
  const types = [typeAttribute('T', dtype), typeAttribute('Tshape', DataType.int32)];
  return [int32(`${name}/shape`, shape), { name, op: 'Reshape', inputs: [input, `${name}/shape`], attributes: types }];
}
