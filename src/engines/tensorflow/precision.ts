// Mixed precision as a pass over the graph: convolutions and matrix products compute in bfloat16, all else stays float32.
import { castNode, DataType, type GraphNode, typeAttribute } from './graph.ts';

/** Which inputs of the heavy ops are tensors to compute with; the others are shapes. */
const heavyInputs: Record<string, readonly number[]> = {
  Conv2D: [0, 1],
  Conv2DBackpropInput: [1, 2],
  Conv2DBackpropFilter: [0, 2],
  MatMul: [0, 1],
  BatchMatMulV2: [0, 1],
};

/** Casts around every heavy op: inputs to bfloat16 (once per tensor), the result back to float32. */
export function toMixedBfloat16(nodes: readonly GraphNode[]): GraphNode[] {
  const halves = new Map<string, string>();
  return nodes.flatMap((node) => {
    const indices = heavyInputs[node.op];
    if (!indices) return [node];
    const added: GraphNode[] = [];
    const inputs = node.inputs.map((input, index) => {
      if (!indices.includes(index)) return input;
      const known = halves.get(input);
      if (known) return known;
      const half = `${node.name}/bfloat16-${index}`;
      added.push(castNode(half, input, DataType.float32, DataType.bfloat16));
      halves.set(input, half);
      return half;
    });
    const attributes = node.attributes.map((attribute) =>
      attribute.name === 'T' ? typeAttribute('T', DataType.bfloat16) : attribute,
    );
    const computed = { ...node, name: `${node.name}/bfloat16`, inputs, attributes };
    return [...added, computed, castNode(node.name, computed.name, DataType.bfloat16, DataType.float32)];
  });
}
