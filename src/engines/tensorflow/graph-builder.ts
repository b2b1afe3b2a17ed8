// Turns recorded functions into one graph: variables shared by all, each function's nodes under its own name.
import type { FeedSpec, Program, Shape } from '../engine.ts';
import {
  castNode,
  constantNode,
  DataType,
  type GraphNode,
  shapeAttribute,
  stringAttribute,
  typeAttribute,
} from './graph.ts';
import { applyAdamOpName, type RecordedOp, type Recording } from './recorder.ts';

/** One traced function: the recording and which native ids stood for what. */
export interface TracedFunction {
  name: string;
  recording: Recording;
  feeds: { name: string; spec: FeedSpec; id: number }[];
  variables: { name: string; id: number }[];
  outputs: { name: string; id: number }[];
  updates: { name: string; id: number }[];
}

/** Names that a session feeds and fetches. */
export const nodeNames = {
  feed: (functionName: string, feed: string) => `${functionName}/feed/${feed}`,
  output: (functionName: string, output: string) => `${functionName}/output/${output}`,
  /** Fetched where a function has no outputs. */
  done: (functionName: string) => `${functionName}/done`,
  variable: (variable: string) => `variable/${variable}`,
  value: (variable: string) => `value/${variable}`,
  newValue: (variable: string) => `new-value/${variable}`,
  written: (variable: string) => `written/${variable}`,
};

const feedTypes = { float32: DataType.float32, int32: DataType.int32, uint8: DataType.uint8 };

/** Handles of all variables, with nodes to read and to write each. `unique` keeps two programs' variables apart. */
export function variableNodes(program: Program, unique: string): GraphNode[] {
  const float = (name: string) => typeAttribute(name, DataType.float32);
  return Object.entries(program.variables).flatMap(([name, shape]) => {
    const handle = nodeNames.variable(name);
    const assign = `assign/${name}`;
    return [
      {
        name: handle,
        op: 'VarHandleOp',
        inputs: [],
        attributes: [
          float('dtype'),
          shapeAttribute('shape', shape),
          stringAttribute('shared_name', `${unique}/${name}`),
          stringAttribute('container', ''),
        ],
      },
      { name: nodeNames.value(name), op: 'ReadVariableOp', inputs: [handle], attributes: [float('dtype')] },
      placeholder(nodeNames.newValue(name), DataType.float32, shape),
      {
        name: assign,
        op: 'AssignVariableOp',
        inputs: [handle, nodeNames.newValue(name)],
        attributes: [float('dtype')],
      },
      {
        name: nodeNames.written(name),
        op: 'Identity',
        inputs: [`${assign}/done`, `^${assign}`],
        attributes: [float('T')],
      },
      constantNode(`${assign}/done`, { shape: [], dtype: DataType.float32, values: Float32Array.of(1) }),
    ];
  });
}

function placeholder(name: string, dtype: number, shape: Shape): GraphNode {
  return {
    name,
    op: 'Placeholder',
    inputs: [],
    attributes: [typeAttribute('dtype', dtype), shapeAttribute('shape', shape)],
  };
}

/** The nodes of one function, only those that its outputs and updates need. */
export function functionNodes(traced: TracedFunction): GraphNode[] {
  const { name: functionName, recording } = traced;
  const nodes: GraphNode[] = [];
  const nameOf = new Map<number, string>();
  const variableOf = new Map<number, string>();
  const applied = new Map<string, string>(); // variable -> the node that updates it in place

  for (const { name, spec, id } of traced.feeds) {
    const feed = nodeNames.feed(functionName, name);
    nodes.push(placeholder(feed, feedTypes[spec.dtype], spec.shape));
    if (spec.dtype === 'uint8') nodes.push(castNode(`${feed}/float`, feed, DataType.uint8, DataType.float32));
    nameOf.set(id, spec.dtype === 'uint8' ? `${feed}/float` : feed);
  }
  for (const { name, id } of traced.variables) {
    nameOf.set(id, readVariable(nodes, `${functionName}/read/${name}`, name, []));
    variableOf.set(id, name);
  }

  function input(id: number): string {
    const known = nameOf.get(id);
    if (known) return known;
    const constant = recording.constants.get(id);
    if (!constant) throw new Error(`Function '${functionName}' uses a tensor that was made outside of it (id ${id}).`);
    const name = `${functionName}/constant/${nameOf.size}`;
    nodes.push(constantNode(name, constant));
    nameOf.set(id, name);
    return name;
  }

  recording.ops.forEach((recorded, index) => {
    const name = `${functionName}/${index}-${recorded.op}`;
    if (recorded.op === applyAdamOpName) {
      const targets = recorded.inputs
        .slice(0, 3)
        .map((id) => ({ variable: variableOf.get(id)!, read: nameOf.get(id)! }));
      nodes.push(adamNode(name, recorded, targets, input));
      recorded.outputs.forEach(({ id }, k) => {
        const { variable } = targets[k]!;
        applied.set(variable, name);
        variableOf.set(id, variable);
        nameOf.set(id, readVariable(nodes, `${name}/${k}`, variable, [name]));
      });
      return;
    }
    nodes.push({ name, op: recorded.op, inputs: recorded.inputs.map(input), attributes: [...recorded.attributes] });
    recorded.outputs.forEach(({ id }, k) => {
      nameOf.set(id, k === 0 ? name : `${name}:${k}`);
    });
  });

  const changes = new Set(applied.values());
  for (const { name, id } of traced.updates) {
    if (applied.has(name)) continue;
    const assign = `${functionName}/assign/${name}`;
    nodes.push({
      name: assign,
      op: 'AssignVariableOp',
      inputs: [nodeNames.variable(name), input(id), `^${functionName}/read/${name}`],
      attributes: [typeAttribute('dtype', DataType.float32)],
    });
    changes.add(assign);
  }

  const after = [...changes].map((node) => `^${node}`);
  const fetched = traced.outputs.map(({ name, id }) => ({
    name: nodeNames.output(functionName, name),
    op: 'Identity',
    inputs: [input(id), ...after],
    attributes: [typeAttribute('T', DataType.float32)],
  }));
  if (fetched.length === 0) {
    const one = constantNode(`${functionName}/one`, { shape: [], dtype: DataType.float32, values: Float32Array.of(1) });
    nodes.push(one);
    const done = nodeNames.done(functionName);
    fetched.push({ name: done, op: 'Identity', inputs: [one.name, ...after], attributes: [typeAttribute('T', 1)] });
  }
  const all = [...nodes, ...fetched];
  return keepReachable(
    all,
    fetched.map((node) => node.name),
  );
}

function readVariable(nodes: GraphNode[], name: string, variable: string, after: readonly string[]): string {
  nodes.push({
    name,
    op: 'ReadVariableOp',
    inputs: [nodeNames.variable(variable), ...after.map((node) => `^${node}`)],
    attributes: [typeAttribute('dtype', DataType.float32)],
  });
  return name;
}

/**
 * ResourceApplyAdam on weight, m and v. Its own bias correction is off (both beta powers 0): step size and epsilon
 * come corrected. The reads of the three variables that the function has done so far go first.
 */
function adamNode(
  name: string,
  recorded: RecordedOp,
  targets: readonly { variable: string; read: string }[],
  input: (id: number) => string,
): GraphNode {
  const [, , , gradient, stepSize, epsilon, beta1, beta2, zero] = recorded.inputs as readonly number[];
  const values = [zero!, zero!, stepSize!, beta1!, beta2!, epsilon!, gradient!].map(input);
  const handles = targets.map(({ variable }) => nodeNames.variable(variable));
  const reads = targets.map(({ read }) => `^${read}`);
  return {
    name,
    op: 'ResourceApplyAdam',
    inputs: [...handles, ...values, ...reads],
    attributes: [typeAttribute('T', DataType.float32)],
  };
}

/** The nodes that the named ones need, in their order. */
export function keepReachable(nodes: readonly GraphNode[], from: readonly string[]): GraphNode[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const needed = new Set<string>();
  const queue = [...from];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (needed.has(name)) continue;
    needed.add(name);
    for (const inputName of byName.get(name)?.inputs ?? []) queue.push(producer(inputName));
  }
  return nodes.filter((node) => needed.has(node.name));
}

/** The node that an input names: without `^` and output number. */
function producer(inputName: string): string {
  return inputName.replace(/^\^/, '').replace(/:\d+$/, '');
}
