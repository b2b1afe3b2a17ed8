// Nodes that all functions of a program share: each variable's handle, and nodes that read and write it.
import type { Program, Shape } from '../../engine.ts';
import { constantNode, DataType, type GraphNode, shapeAttribute, stringAttribute, typeAttribute } from './graph.ts';

/** Names that a session feeds and fetches. */
export const nodeNames = {
  feed: (functionName: string, feed: string) => `${functionName}/feed/${feed}`,
  /** All feeds of one type, as one vector. */
  packedFeed: (functionName: string, dtype: string) => `${functionName}/feeds/${dtype}`,
  output: (functionName: string, output: string) => `${functionName}/output/${output}`,
  /** Fetched where a function has no outputs. */
  done: (functionName: string) => `${functionName}/done`,
  variable: (variable: string) => `variable/${variable}`,
  value: (variable: string) => `value/${variable}`,
  newValue: (variable: string) => `new-value/${variable}`,
  written: (variable: string) => `written/${variable}`,
};

/** Handles of all variables, with nodes to read and write each. `unique` separates the variables of several programs. */
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

/** A node that reads a variable after the nodes in `after`. */
export function readNode(name: string, variable: string, after: readonly string[] = []): GraphNode {
  const inputs = [nodeNames.variable(variable), ...after.map((node) => `^${node}`)];
  return { name, op: 'ReadVariableOp', inputs, attributes: [typeAttribute('dtype', DataType.float32)] };
}

/** A node that sets a variable after the nodes in `after`. */
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

/** A float32 value under a new name, which waits for the nodes in `after`. */
export function identityNode(name: string, value: string, after: readonly string[]): GraphNode {
  const inputs = [value, ...after.map((node) => `^${node}`)];
  return { name, op: 'Identity', inputs, attributes: [typeAttribute('T', DataType.float32)] };
}

/** A value to fetch for operations without outputs, as a session fetches values only. */
export function oneNode(name: string): GraphNode {
  return constantNode(name, { shape: [], dtype: DataType.float32, values: Float32Array.of(1) });
}
