// Sums over all pixels per channel, in two passes and always in the same order: up to 256 partial sums per channel, then their sum.
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { elementCount } from '../../formats/tensor-shape.ts';
import { type Call, dispatch, forEach } from './kernel.ts';

const maxParts = 256;

interface Sums {
  /** Shapes [..., C] or [C]. */
  inputs: Call['inputs'];
  /** Shape of the summands, [..., C]. */
  shape: readonly number[];
  /** By name of the sum, its summand at element `at` of channel `c` as a WGSL expression. */
  terms: Readonly<Record<string, string>>;
  /** Names of the outputs, of shape [C]. */
  outputs: readonly string[];
  /** WGSL that computes the outputs at channel i from the sums, by name. It may read `constants`, of shape [C]. */
  finish: string;
  constants?: Call['inputs'];
}

/** @returns the outputs, in their order */
export function channelSums(backend: unknown, sums: Sums): TensorInfo[] {
  const { inputs, shape, terms, outputs, finish, constants = {} } = sums;
  const channels = shape.at(-1)!;
  const rows = elementCount(shape) / channels;
  const parts = Math.min(maxParts, rows);
  const names = Object.keys(terms);
  const partial = dispatch(backend, {
    inputs,
    outputs: Object.fromEntries(names.map((name) => [`${name}Parts`, { shape: [parts, channels] }])),
    ...forEach(
      parts * channels,
      `
  let c = i % ${channels};
  ${names.map((name) => `var ${name} = 0.0;`).join(' ')}
  for (var row = i / ${channels}; row < ${rows}; row += ${parts}) {
    let at = row * ${channels} + c;
    ${names.map((name) => `${name} += ${terms[name]};`).join('\n    ')}
  }
  ${names.map((name) => `${name}Parts[i] = ${name};`).join(' ')}`,
    ),
  });
  const results = dispatch(backend, {
    inputs: { ...Object.fromEntries(names.map((name, index) => [`${name}Parts`, partial[index]!])), ...constants },
    outputs: Object.fromEntries(outputs.map((name) => [name, { shape: [channels] }])),
    ...forEach(
      channels,
      `
  ${names.map((name) => `var ${name} = 0.0;`).join(' ')}
  for (var part = 0u; part < ${parts}; part++) {
    ${names.map((name) => `${name} += ${name}Parts[part * ${channels} + i];`).join(' ')}
  }
  ${finish}`,
    ),
  });
  for (const { dataId } of partial) (backend as WebGPUBackend).disposeData(dataId);
  return results;
}
