// Applies a single layer to a few values.
import assert from 'node:assert/strict';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { type ApplyOptions, applyNetwork, type Network, parametersOf } from '../../../src/models/network.ts';

export type Values = Record<string, number[] | Float32Array>;

/** Applies a one-layer network to x with these variables. @returns y and the updated statistics */
export function apply(
  network: Network,
  x: Tensor,
  values: Values,
  options: Omit<ApplyOptions, 'variables'> = { training: false },
): { y: number[]; shape: number[]; updates: Record<string, number[]> } {
  const parameters = parametersOf(network);
  const variables = Object.fromEntries(
    parameters.map(({ name, part, shape }) => [name, tensor(Float32Array.from(values[part]!), [...shape])]),
  );
  const { y, updates } = applyNetwork(network, x, { ...options, variables });
  const updated = Object.entries(updates).map(([name, value]) => [name.split('/').at(-1), [...value.dataSync()]]);
  return { y: [...y.dataSync()], shape: y.shape, updates: Object.fromEntries(updated) };
}

export function assertClose(actual: readonly number[], expected: readonly number[], tolerance = 1e-6): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((value, index) => {
    assert.ok(Math.abs(value - expected[index]!) <= tolerance, `[${index}] ${value}, expected ${expected[index]}`);
  });
}
