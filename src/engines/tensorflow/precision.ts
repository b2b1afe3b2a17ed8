// Mixed precision as a pass over the graph: convolutions and matrix products compute in bfloat16. What lies between two of them
// takes and gives bfloat16 too, as in PyTorch's autocast, but computes in float32 inside; all else stays float32.
import { biasGradient } from './bias-gradient.ts';
import { castNode, DataType, type GraphNode, typeAttribute } from './graph/graph.ts';

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

/**
 * Which inputs are values of ops that compute in float32 whatever they read and write: half the memory to go through, and no cast.
 * They follow their first input. Batch statistics and batch norm's parameters are float32 either way.
 */
const betweenOps: Readonly<Record<string, readonly number[]>> = {
  BiasAdd: [0, 1],
  Relu: [0],
  LeakyRelu: [0],
  ReluGrad: [0, 1],
  LeakyReluGrad: [0, 1],
  FusedBatchNormV3: [0],
  FusedBatchNormGradV3: [0, 1],
};

/** The graph with heavy ops, and what lies between them, in bfloat16; every tensor is cast once. */
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

  /** The inputs to read in bfloat16, if the op is to compute with it. */
  function dataInputsOf({ op, inputs }: GraphNode): readonly number[] | undefined {
    const moved = movingOps[op]?.(inputs);
    if (moved) return moved.every((index) => products.has(inputs[index]!)) ? moved : undefined;
    const between = betweenOps[op];
    return between ? (products.has(inputs[0]!) ? between : undefined) : heavyOps[op]?.(inputs);
  }

  function add(node: GraphNode): void {
    const dataInputs = dataInputsOf(node);
    if (!dataInputs) {
      result.push(node);
      return;
    }
    const computed = inBfloat16(node, `${node.name}/bfloat16`, dataInputs);
    result.push(computed, castNode(node.name, computed.name, DataType.bfloat16, DataType.float32));
    halves.set(node.name, computed.name);
    products.add(node.name);
  }

  for (const node of nodes) {
    const dy = node.op === 'BiasAddGrad' && products.has(node.inputs[0]!) ? byName.get(node.inputs[0]!) : undefined;
    for (const each of dy ? biasGradient(node, dy) : [node]) add(each);
  }
  return withoutIdle(result.map((node) => withSideOutputs(node, products)));
}

/** What an op gives besides its first output is float32 as it was, from the op's twin. */
function withSideOutputs(node: GraphNode, products: ReadonlySet<string>): GraphNode {
  const inputs = node.inputs.map((input) => {
    const [name, output] = input.split(':');
    return output && products.has(name!) ? `${name}/bfloat16:${output}` : input;
  });
  return { ...node, inputs };
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
