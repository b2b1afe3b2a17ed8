// The precision mixed_bfloat16, as a pass over a recorded graph: convolutions and matrix products compute in bfloat16. Ops between two
// of them read and write bfloat16 but compute in float32, as in PyTorch's autocast. Everything else stays float32.
import { biasGradient } from './bias-gradient.ts';
import { castNode, DataType, type GraphNode, typeAttribute } from './graph/graph.ts';

type DataInputs = (inputs: readonly string[]) => readonly number[];

/** For each op that computes in bfloat16, its data inputs; the others are shapes. */
const heavyOps: Readonly<Record<string, DataInputs>> = {
  Conv2D: () => [0, 1],
  Conv2DBackpropInput: () => [1, 2],
  Conv2DBackpropFilter: () => [0, 2],
  MatMul: () => [0, 1],
  BatchMatMulV2: () => [0, 1],
};

/** For each op that only moves data, its data inputs; the others are shapes and indices. */
const movementOps: Readonly<Record<string, DataInputs>> = {
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
 * For each op that computes in float32 but can read and write bfloat16, its data inputs. In bfloat16 they halve the memory traffic and
 * need no cast. They use the type of their first input. Batch norm's statistics and parameters are always float32.
 */
const flexibleOps: Readonly<Record<string, readonly number[]>> = {
  BiasAdd: [0, 1],
  Relu: [0],
  LeakyRelu: [0],
  ReluGrad: [0, 1],
  LeakyReluGrad: [0, 1],
  FusedBatchNormV3: [0],
  FusedBatchNormGradV3: [0, 1],
};

/** Rewrites a graph to mixed precision. Every tensor is cast at most once. */
export function toMixedBfloat16(nodes: readonly GraphNode[]): GraphNode[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const castNames = new Map<string, string>(); // float32 tensor -> its bfloat16 version
  const computedInBfloat16 = new Set<string>(); // float32 tensors that are casts of bfloat16 results
  const result: GraphNode[] = [];

  /** The bfloat16 version of a tensor. If a movement op made it, that op's input is cast instead. */
  function bfloat16Of(input: string): string {
    const known = castNames.get(input);
    if (known) return known;
    const producer = byName.get(input);
    const moved = producer && movementOps[producer.op];
    const name = `${input.replace(':', '-')}/bfloat16`;
    if (moved) result.push(inBfloat16(producer, name, moved(producer.inputs)));
    else result.push(castNode(name, input, DataType.float32, DataType.bfloat16));
    castNames.set(input, name);
    return name;
  }

  function inBfloat16(node: GraphNode, name: string, dataInputs: readonly number[]): GraphNode {
    const inputs = node.inputs.map((input, index) => (dataInputs.includes(index) ? bfloat16Of(input) : input));
    const attributes = node.attributes.map((attribute) =>
      attribute.name === 'T' ? typeAttribute('T', DataType.bfloat16) : attribute,
    );
    return { ...node, name, inputs, attributes };
  }

  /** The inputs to read in bfloat16; undefined if the op stays in float32. */
  function dataInputsOf({ op, inputs }: GraphNode): readonly number[] | undefined {
    const moved = movementOps[op]?.(inputs);
    if (moved) return moved.every((index) => computedInBfloat16.has(inputs[index]!)) ? moved : undefined;
    const flexible = flexibleOps[op];
    return flexible ? (computedInBfloat16.has(inputs[0]!) ? flexible : undefined) : heavyOps[op]?.(inputs);
  }

  function add(node: GraphNode): void {
    const dataInputs = dataInputsOf(node);
    if (!dataInputs) {
      result.push(node);
      return;
    }
    const computed = inBfloat16(node, `${node.name}/bfloat16`, dataInputs);
    result.push(computed, castNode(node.name, computed.name, DataType.bfloat16, DataType.float32));
    castNames.set(node.name, computed.name);
    computedInBfloat16.add(node.name);
  }

  for (const node of nodes) {
    const isBiasGradient = node.op === 'BiasAddGrad' && computedInBfloat16.has(node.inputs[0]!);
    const dy = isBiasGradient ? byName.get(node.inputs[0]!) : undefined;
    for (const each of dy ? biasGradient(node, dy) : [node]) add(each);
  }
  return withoutUnused(result.map((node) => withSideOutputs(node, computedInBfloat16)));
}

/** Redirects uses of an op's further outputs, which are float32, to the op's bfloat16 version. */
function withSideOutputs(node: GraphNode, computedInBfloat16: ReadonlySet<string>): GraphNode {
  const inputs = node.inputs.map((input) => {
    const [name, output] = input.split(':');
    return output && computedInBfloat16.has(name!) ? `${name}/bfloat16:${output}` : input;
  });
  return { ...node, inputs };
}

/** Removes casts and movement ops whose results are unused. */
function withoutUnused(nodes: readonly GraphNode[]): GraphNode[] {
  const read = new Set<string>();
  const kept: GraphNode[] = [];
  for (const node of [...nodes].reverse()) {
    const isRemovable = node.op === 'Cast' || node.op in movementOps;
    if (isRemovable && !read.has(node.name)) continue;
    for (const input of node.inputs) read.add(input.replace(/^\^/, '').replace(/:\d+$/, ''));
    kept.push(node);
  }
  return kept.reverse();
}
