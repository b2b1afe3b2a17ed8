// Mixed precision as a pass over the graph: convolutions and matrix products compute in bfloat16, all else stays float32. What
// only moves values (a transpose, a padding) before or after them moves the small ones.
import { castNode, DataType, type GraphNode, typeAttribute } from './graph.ts';

type DataInputs = (inputs: readonly string[]) => readonly number[];

/** Which inputs of the heavy ops are tensors to compute with; the others are shapes. */
const heavyOps: Readonly<Record<string, DataInputs>> = {
  Conv2D: () => [0, 1],
  Conv2DBackpropInput: () => [1, 2],
  Conv2DBackpropFilter: () => [0, 2],
  MatMul: () => [0, 1],
  BatchMatMulV2: () => [0, 1],
};

/** Which inputs of the ops that compute nothing are moved; the others say where to. */
const movingOps: Readonly<Record<string, DataInputs>> = {
  Transpose: () => [0],
  Reshape: () => [0],
  PadV2: () => [0, 2],
  Slice: () => [0],
  ConcatV2: (inputs) => inputs.slice(0, -1).map((_, index) => index),
  ReverseV2: () => [0],
  SpaceToDepth: () => [0],
  DepthToSpace: () => [0],
  ExtractImagePatches: () => [0],
};

/** Casts around every heavy op: inputs to bfloat16 (once per tensor), the result back to float32. */
export function toMixedBfloat16(nodes: readonly GraphNode[]): GraphNode[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const halves = new Map<string, string>(); // float32 tensor -> the same in bfloat16
  const products = new Set<string>(); // float32 tensors that are bfloat16 ones cast back
  const result: GraphNode[] = [];

  /** The bfloat16 twin of a tensor: that of what it was moved from, if it only was moved. */
  function half(input: string): string {
    const known = halves.get(input);
    if (known) return known;
    const producer = byName.get(input);
    const moved = producer && movingOps[producer.op];
    const name = `${input.replace(':', '-')}/bfloat16`;
    if (moved) result.push(inBfloat16(producer, name, moved(producer.inputs)));
    else result.push(castNode(name, input, DataType.float32, DataType.bfloat16));
    halves.set(input, name);
    return name;
  }

  function inBfloat16(node: GraphNode, name: string, dataInputs: readonly number[]): GraphNode {
    const inputs = node.inputs.map((input, index) => (dataInputs.includes(index) ? half(input) : input));
    const attributes = node.attributes.map((attribute) =>
      attribute.name === 'T' ? typeAttribute('T', DataType.bfloat16) : attribute,
    );
    return { ...node, name, inputs, attributes };
  }

  for (const node of nodes) {
    const heavy = heavyOps[node.op];
    const moved = movingOps[node.op]?.(node.inputs).every((index) => products.has(node.inputs[index]!));
    const dataInputs = heavy ?? (moved ? movingOps[node.op] : undefined);
    if (!dataInputs) {
      result.push(node);
      continue;
    }
    const computed = inBfloat16(node, `${node.name}/bfloat16`, dataInputs(node.inputs));
    result.push(computed, castNode(node.name, computed.name, DataType.bfloat16, DataType.float32));
    halves.set(node.name, computed.name);
    products.add(node.name);
  }
  return withoutIdle(result);
}

/** Leaves out casts and moves that nobody reads any more. */
function withoutIdle(nodes: readonly GraphNode[]): GraphNode[] {
  const read = new Set<string>();
  const kept: GraphNode[] = [];
  for (const node of [...nodes].reverse()) {
    const mayGo = node.op === 'Cast' || node.op in movingOps;
    if (mayGo && !read.has(node.name)) continue;
    for (const input of node.inputs) read.add(input.replace(/^\^/, '').replace(/:\d+$/, ''));
    kept.push(node);
  }
  return kept.reverse();
}
