// The nodes that all functions of a program share: each variable's handle, with nodes to read it and to write it.
import type { Program, Shape } from '../../engine.ts';
import { constantNode, DataType, type GraphNode, shapeAttribute, stringAttribute, typeAttribute } from './graph.ts';

/** Names that a session feeds and fetches. */
export const nodeNames = {
  feed: (functionName: string, feed: string) => `${functionName}/feed/${feed}`,
  /** What a function is fed of one type, as one vector. */
  parcel: (functionName: string, dtype: string) => `${functionName}/feeds/${dtype}`,
  output: (functionName: string, output: string) => `${functionName}/output/${output}`,
  /** Fetched where a function has no outputs. */
  done: (functionName: string) => `${functionName}/done`,
  variable: (variable: string) => `variable/${variable}`,
  value: (variable: string) => `value/${variable}`,
  newValue: (variable: string) => `new-value/${variable}`,
  written: (variable: string) => `written/${variable}`,
};

/** Handles of all variables, with nodes to read and to write each. `unique` keeps two programs' variables apart. */
export function variableNodes(program: Program, unique: string): GraphNode[] {
  return Object.entries(program.variables).flatMap(([name, shape]) => {
    const assign = assignNode(`assign/${name}`, name, nodeNames.newValue(name));
    const one = oneNode(`${assign.name}/done`);
    return [
      handleNode(name, shape, unique),
      readNode(nodeNames.value(name), name),
      placeholderNode(nodeNames.newValue(name), DataType.float32, shape),
      assign,
      one,
      identityNode(nodeNames.written(name), one.name, [assign.name]),
    ];
  });
}

function handleNode(variable: string, shape: Shape, unique: string): GraphNode {
  return {
    name: nodeNames.variable(variable),
    op: 'VarHandleOp',
    inputs: [],
    attributes: [
      typeAttribute('dtype', DataType.float32),
      shapeAttribute('shape', shape),
      stringAttribute('shared_name', `${unique}/${variable}`),
      stringAttribute('container', ''),
    ],
  };
}

/** A node that reads a variable, after the nodes named last. */
export function readNode(name: string, variable: string, after: readonly string[] = []): GraphNode {
  const inputs = [nodeNames.variable(variable), ...after.map((node) => `^${node}`)];
  return { name, op: 'ReadVariableOp', inputs, attributes: [typeAttribute('dtype', DataType.float32)] };
}

/** A node that sets a variable, after the nodes named last. */
export function assignNode(name: string, variable: string, value: string, after: readonly string[] = []): GraphNode {
  const inputs = [nodeNames.variable(variable), value, ...after.map((node) => `^${node}`)];
  return { name, op: 'AssignVariableOp', inputs, attributes: [typeAttribute('dtype', DataType.float32)] };
}

export function placeholderNode(name: string, dtype: number, shape: Shape): GraphNode {
  return {
    name,
    op: 'Placeholder',
    inputs: [],
    attributes: [typeAttribute('dtype', dtype), shapeAttribute('shape', shape)],
  };
}

/** A float32 value under a name of its own, ready when the nodes named last are. */
export function identityNode(name: string, value: string, after: readonly string[]): GraphNode {
  const inputs = [value, ...after.map((node) => `^${node}`)];
  return { name, op: 'Identity', inputs, attributes: [typeAttribute('T', DataType.float32)] };
}

/** What is fetched where only the doing matters: a session fetches values, not operations. */
export function oneNode(name: string): GraphNode {
  return constantNode(name, { shape: [], dtype: DataType.float32, values: Float32Array.of(1) });
}
