// Builds one graph from traced functions. They share the variables; each function's nodes are prefixed with its name.
import { DcganError } from '../../../errors.ts';
import type { FeedSpec } from '../../engine.ts';
import { feedNodes, packedFeedsOf } from '../recording/packed-feeds.ts';
import { applyAdamOpName, type RecordedOp, type Recording } from '../recording/recorder.ts';
import { constantNode, DataType, type GraphNode, typeAttribute } from './graph.ts';
import { assignNode, identityNode, nodeNames, oneNode, readNode } from './variable-nodes.ts';

/** One traced function: the recording, and the native tensor ids of its inputs and results. */
export interface TracedFunction {
  name: string;
  recording: Recording;
  specs: Readonly<Record<string, FeedSpec>>;
  feeds: { name: string; id: number }[];
  variables: { name: string; id: number }[];
  outputs: { name: string; id: number }[];
  updates: { name: string; id: number }[];
}

/** A function's graph under construction. All recorded ops are pure except Adam, which updates its variables in place. */
interface Building {
  traced: TracedFunction;
  nodes: GraphNode[];
  /** Native id -> the node with the same values in the graph. */
  nodeOf: Map<number, string>;
  /** Native id -> the variable it was read from. */
  variableOf: Map<number, string>;
  /** Variable -> the node that last read it. Nodes that change the variable must run after it. */
  latestRead: Map<string, string>;
  /** Nodes that change a variable, which the function must wait for. */
  changes: Set<string>;
}

/** The nodes of one function: its feeds, and all that its outputs and updates depend on. */
export function functionNodes(traced: TracedFunction): GraphNode[] {
  const building: Building = {
    traced,
    nodes: feedNodes(traced.name, traced.specs),
    nodeOf: new Map(),
    variableOf: new Map(),
    latestRead: new Map(),
    changes: new Set(),
  };
  for (const { name, id } of traced.feeds) building.nodeOf.set(id, nodeNames.feed(traced.name, name));
  for (const { name, id } of traced.variables) addRead(building, `${traced.name}/read/${name}`, name, id, []);
  traced.recording.ops.forEach((recorded, index) => {
    const add = recorded.op === applyAdamOpName ? addAdam : addOp;
    add(building, recorded, `${traced.name}/${index}-${recorded.op}`);
  });
  for (const { name, id } of finalValues(building)) addAssignment(building, name, id);
  const fetched = addFetched(building);
  const fed = packedFeedsOf(traced.specs).map(({ dtype }) => nodeNames.packedFeed(traced.name, dtype)); // even if unread
  return keepReachable(building.nodes, [...fed, ...fetched]);
}

function addRead(building: Building, name: string, variable: string, id: number, after: readonly string[]): void {
  building.nodes.push(readNode(name, variable, after));
  building.nodeOf.set(id, name);
  building.variableOf.set(id, variable);
  building.latestRead.set(variable, name);
}

function addOp(building: Building, { op, attributes, inputs, outputs }: RecordedOp, name: string): void {
  const shape = outputs[0] && { shape: outputs[0].shape };
  building.nodes.push({
    name,
    op,
    inputs: inputs.map((id) => input(building, id)),
    attributes: [...attributes],
    ...shape,
  });
  outputs.forEach(({ id }, k) => {
    building.nodeOf.set(id, k === 0 ? name : `${name}:${k}`);
  });
}

/**
 * ResourceApplyAdam on weight, m and v. Its own bias correction is off (both beta powers 0), as step size and epsilon are already
 * corrected. It runs after the function's earlier reads of the three variables and before its later ones.
 */
function addAdam(building: Building, { inputs, outputs }: RecordedOp, name: string): void {
  const [weight, m, v, gradient, stepSize, epsilon, beta1, beta2, zero] = inputs as readonly number[];
  const variables = [weight!, m!, v!].map((id) => variableAt(building, id));
  const values = [zero!, zero!, stepSize!, beta1!, beta2!, epsilon!, gradient!].map((id) => input(building, id));
  building.nodes.push({
    name,
    op: 'ResourceApplyAdam',
    inputs: [
      ...variables.map((variable) => nodeNames.variable(variable)),
      ...values,
      ...variables.map((variable) => `^${building.latestRead.get(variable)}`),
    ],
    attributes: [typeAttribute('T', DataType.float32)],
  });
  outputs.forEach(({ id }, k) => {
    addRead(building, `${name}/${k}`, variables[k]!, id, [name]);
  });
  building.changes.add(name);
}

/** The variable whose current value a tensor is, which Adam's in-place update requires. */
function variableAt({ traced, nodeOf, variableOf, latestRead }: Building, id: number): string {
  const variable = variableOf.get(id);
  if (variable !== undefined && latestRead.get(variable) === nodeOf.get(id)) return variable;
  throw new DcganError('engine.adam-not-in-place', {
    happened: `Function '${traced.name}' applies Adam to ${variable === undefined ? 'a tensor that is not a variable' : `a value of '${variable}' from before an earlier update`}.`,
    expected: 'Weight, m and v must be current values of variables of the program.',
  });
}

/** The node of a tensor. Constants get theirs on first use. */
function input({ traced, nodes, nodeOf }: Building, id: number): string {
  const known = nodeOf.get(id);
  if (known) return known;
  const constant = traced.recording.constants.get(id);
  if (!constant) throw outsideTensor(traced.name);
  const name = `${traced.name}/constant/${id}`;
  nodes.push(constantNode(name, constant));
  nodeOf.set(id, name);
  return name;
}

/** The final value of every variable the function changes. One that Adam changed but that is not an update is restored. */
function finalValues({ traced, nodes, changes }: Building): { name: string; id: number }[] {
  const updated = new Set(traced.updates.map(({ name }) => name));
  const applied = new Set(nodes.filter(({ name }) => changes.has(name)).flatMap(({ inputs }) => inputs.slice(0, 3)));
  const restored = traced.variables.filter(({ name }) => applied.has(nodeNames.variable(name)) && !updated.has(name));
  return [...traced.updates, ...restored];
}

/** Assigns a variable, unless Adam has already set it to that value in place. */
function addAssignment(building: Building, variable: string, id: number): void {
  const value = input(building, id);
  const latest = building.latestRead.get(variable)!;
  if (value === latest) return;
  const assign = assignNode(`${building.traced.name}/assign/${variable}`, variable, value, [latest]);
  building.nodes.push(assign);
  building.changes.add(assign.name);
}

/** The outputs, each after all changes; without outputs, one node that runs after all changes. */
function addFetched(building: Building): string[] {
  const { traced, nodes } = building;
  const changes = [...building.changes];
  const fetched = traced.outputs.map(({ name, id }) =>
    identityNode(nodeNames.output(traced.name, name), input(building, id), changes),
  );
  if (fetched.length === 0) {
    const one = oneNode(`${traced.name}/one`);
    nodes.push(one);
    fetched.push(identityNode(nodeNames.done(traced.name), one.name, changes));
  }
  nodes.push(...fetched);
  return fetched.map(({ name }) => name);
}

function outsideTensor(functionName: string): DcganError {
  return new DcganError('engine.outside-tensor', {
    happened: `Function '${functionName}' uses a tensor that was made outside of it.`,
    expected: 'A recorded function sees its variables and feeds; anything else would be frozen at its present value.',
    fix: 'Feed the tensor, or make it a variable of the program.',
  });
}

/** The nodes that the named nodes depend on, in graph order. */
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

/** The node that an input refers to, without `^` and output number. */
function producer(inputName: string): string {
  return inputName.replace(/^\^/, '').replace(/:\d+$/, '');
}
