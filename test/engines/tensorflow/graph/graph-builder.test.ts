import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GraphNode } from '../../../../src/engines/tensorflow/graph/graph.ts';
import {
  functionNodes,
  keepReachable,
  type TracedFunction,
} from '../../../../src/engines/tensorflow/graph/graph-builder.ts';
import { applyAdamOpName, type RecordedOp } from '../../../../src/engines/tensorflow/recording/recorder.ts';

function op(name: string, inputs: number[], ...outputs: number[]): RecordedOp {
  return { op: name, attributes: [], inputs, outputs: outputs.map((id) => ({ id, shape: [], dtype: 1 })) };
}

function traced(parts: Partial<TracedFunction>, ops: RecordedOp[]): TracedFunction {
  const constants = new Map([[90, { shape: [], dtype: 1, values: Float32Array.of(0.5) }]]);
  return {
    name: 'f',
    recording: { ops, constants },
    specs: {},
    feeds: [],
    variables: [],
    outputs: [],
    updates: [],
    ...parts,
  };
}

/** op and inputs by name */
function inputsOf(nodes: readonly GraphNode[]): Record<string, string> {
  return Object.fromEntries(nodes.map(({ name, op: kind, inputs }) => [name, [kind, ...inputs].join(' ')]));
}

test('keeps the nodes that the named ones depend on, also by further outputs and control inputs, in order', () => {
  const node = (name: string, ...inputs: string[]): GraphNode => ({ name, op: 'Any', inputs, attributes: [] });
  const nodes = [node('a'), node('unused', 'a'), node('b', 'a:2'), node('c'), node('d', 'b', '^c'), node('late', 'd')];
  assert.deepEqual(
    keepReachable(nodes, ['d']).map(({ name }) => name),
    ['a', 'b', 'c', 'd'],
  );
});

test('ops read feeds, variables, constants and numbered outputs; unused nodes are dropped, except feeds', () => {
  const nodes = functionNodes(
    traced(
      {
        specs: { x: { shape: [2, 1], dtype: 'uint8' }, unread: { shape: [2], dtype: 'int32' } },
        feeds: [
          { name: 'x', id: 1 },
          { name: 'unread', id: 2 },
        ],
        variables: [
          { name: 'w', id: 3 },
          { name: 'unused', id: 4 },
        ],
        outputs: [{ name: 'y', id: 13 }],
      },
      [op('Split', [1, 90], 10, 11), op('Dead', [10], 12), op('Mul', [11, 3], 13)],
    ),
  );
  assert.deepEqual(inputsOf(nodes), {
    'f/feeds/int32': 'Placeholder',
    'f/feeds/uint8': 'Placeholder',
    'f/feed/x/bytes/shape': 'Const',
    'f/feed/x/bytes': 'Reshape f/feeds/uint8 f/feed/x/bytes/shape',
    'f/feed/x': 'Cast f/feed/x/bytes',
    'f/read/w': 'ReadVariableOp variable/w', // variableNodes makes the handle
    'f/constant/90': 'Const',
    'f/0-Split': 'Split f/feed/x f/constant/90',
    'f/2-Mul': 'Mul f/0-Split:1 f/read/w',
    'f/output/y': 'Identity f/2-Mul',
  });
});

test('an update is assigned after reads of the old value, and the function waits for it', () => {
  const nodes = functionNodes(
    traced({ variables: [{ name: 'w', id: 1 }], updates: [{ name: 'w', id: 2 }] }, [op('Neg', [1], 2)]),
  );
  assert.deepEqual(inputsOf(nodes), {
    'f/read/w': 'ReadVariableOp variable/w',
    'f/0-Neg': 'Neg f/read/w',
    'f/assign/w': 'AssignVariableOp variable/w f/0-Neg ^f/read/w',
    'f/one': 'Const',
    'f/done': 'Identity f/one ^f/assign/w',
  });
});

test('Adam runs after the reads before it, and its results are read after it', () => {
  const variables = ['w', 'm', 'v'].map((name, index) => ({ name, id: index + 1 }));
  const updates = ['w', 'm', 'v'].map((name, index) => ({ name, id: index + 11 }));
  // gradient, step size, epsilon, beta1, beta2 and zero are one constant here
  const adam = op(applyAdamOpName, [1, 2, 3, 90, 90, 90, 90, 90, 90], 11, 12, 13);
  const nodes = functionNodes(
    traced(
      {
        variables,
        updates,
        outputs: [
          { name: 'old', id: 1 },
          { name: 'new', id: 20 },
        ],
      },
      [adam, op('Neg', [11], 20)],
    ),
  );
  const found = inputsOf(nodes);
  const constants = Array.from({ length: 7 }, () => 'f/constant/90').join(' ');
  assert.equal(
    found[`f/0-${applyAdamOpName}`],
    `ResourceApplyAdam variable/w variable/m variable/v ${constants} ^f/read/w ^f/read/m ^f/read/v`,
  );
  assert.equal(found['f/1-Neg'], `Neg f/0-${applyAdamOpName}/0`);
  assert.equal(found[`f/0-${applyAdamOpName}/0`], `ReadVariableOp variable/w ^f/0-${applyAdamOpName}`);
  assert.equal(found['f/output/old'], `Identity f/read/w ^f/0-${applyAdamOpName}`);
  assert.ok(!Object.keys(found).some((name) => name.startsWith('f/assign/')), 'Adam has already changed them in place');
});
