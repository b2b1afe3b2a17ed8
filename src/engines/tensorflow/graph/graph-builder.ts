// Turns recorded functions into one graph: variables shared by all, each function's nodes under its own name.
import { DcganError } from '../../../errors.ts';
import type { FeedSpec } from '../../engine.ts';
import { feedNodes, parcelsOf } from '../recording/packed-feeds.ts';
import { applyAdamOpName, type RecordedOp, type Recording } from '../recording/recorder.ts';
import { constantNode, DataType, type GraphNode, typeAttribute } from './graph.ts';
import { assignNode, identityNode, nodeNames, oneNode, readNode } from './variable-nodes.ts';

/** One traced function: the recording and which native ids stood for what. */
export interface TracedFunction {
  name: string;
  recording: Recording;
  specs: Readonly<Record<string, FeedSpec>>;
  feeds: { name: string; id: number }[];
  variables: { name: string; id: number }[];
  outputs: { name: string; id: number }[];
  updates: { name: string; id: number }[];
}

/** A function's graph in the making. Recorded ops are pure but for Adam, which changes its variables in place. */
interface Building {
  traced: TracedFunction;
  nodes: GraphNode[];
  /** Native id -> the node that gives the same values in the graph. */
  nodeOf: Map<number, string>;
  /** Native id -> the variable that it was read from. */
  variableOf: Map<number, string>;
  /** Variable -> the node that last read it. What changes a variable comes after that node. */
  latestRead: Map<string, string>;
  /** Nodes that change a variable; the function is done when they are. */
  changes: Set<string>;
}

/** The nodes of one function: its feeds, and what its outputs and updates need. */
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
  const fed = parcelsOf(traced.specs).map(({ dtype }) => nodeNames.parcel(traced.name, dtype)); // even if nothing reads them
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
 * ResourceApplyAdam on weight, m and v. Its own bias correction is off (both beta powers 0): step size and epsilon
 * come corrected. The reads of the three variables that the function has done so far go first; new ones come after it.
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

/** The variable whose present value a tensor is; Adam in place can start from nothing else. */
function variableAt({ traced, nodeOf, variableOf, latestRead }: Building, id: number): string {
  const variable = variableOf.get(id);
  if (variable !== undefined && latestRead.get(variable) === nodeOf.get(id)) return variable;
  throw new DcganError('engine.adam-not-in-place', {
    happened: `Function '${traced.name}' applies Adam to ${variable === undefined ? 'a tensor that is no variable' : `a value of '${variable}' from before an earlier update`}.`,
    expected: 'Weight, m and v must be variables of the program as they are at that moment.',
  });
}

/** The node of a tensor; a constant gets one when it is first needed. */
function input({ traced, nodes, nodeOf }: Building, id: number): string {
  const known = nodeOf.get(id);
  if (known) return known;
  const constant = traced.recording.constants.get(id);
  if (!constant) throw madeOutside(traced.name);
  const name = `${traced.name}/constant/${id}`;
  nodes.push(constantNode(name, constant));
  nodeOf.set(id, name);
  return name;
}

/** What every variable that the function changes ends as; one that Adam changed on the way only goes back to what it was. */
function finalValues({ traced, nodes, changes }: Building): { name: string; id: number }[] {
  const updated = new Set(traced.updates.map(({ name }) => name));
  const applied = new Set(nodes.filter(({ name }) => changes.has(name)).flatMap(({ inputs }) => inputs.slice(0, 3)));
  const restored = traced.variables.filter(({ name }) => applied.has(nodeNames.variable(name)) && !updated.has(name));
  return [...traced.updates, ...restored];
}

/** Sets a variable, unless it has that value already because Adam changed it in place. */
function addAssignment(building: Building, variable: string, id: number): void {
  const value = input(building, id);
  const latest = building.latestRead.get(variable)!;
  if (value === latest) return;
  const assign = assignNode(`${building.traced.name}/assign/${variable}`, variable, value, [latest]);
  building.nodes.push(assign);
  building.changes.add(assign.name);
}

/** The outputs, each after every change; or one node that says that all changes are done. */
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

function madeOutside(functionName: string): DcganError {
  return new DcganError('engine.outside-tensor', {
    happened: `Function '${functionName}' uses a tensor that was made outside of it.`,
    expected: 'A recorded function sees its variables and feeds; anything else would be frozen at its present value.',
    fix: 'Feed the tensor, or make it a variable of the program.',
  });
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
