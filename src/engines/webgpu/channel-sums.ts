// Sums over all pixels, by channel: first some hundred partial sums of each channel, then their sum. The order is always the same.
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { elementCount } from '../../formats/tensor-shape.ts';
import { type Call, dispatch, forEach } from './kernel.ts';

const mostParts = 256;

interface Sums {
  /** [..., C] or [C] each. */
  inputs: Call['inputs'];
  /** The shape of what is summed, [..., C]. */
  shape: readonly number[];
  /** WGSL of each term at element `at` of channel `c`, by the name of its sum. */
  terms: Readonly<Record<string, string>>;
  /** [C] each. */
  outputs: readonly string[];
  /** WGSL that sets the outputs at channel i from the sums, which have their names. It may read `constants`, [C] each. */
  finish: string;
  constants?: Call['inputs'];
}

/** Gives the outputs. */
export function channelSums(backend: unknown, sums: Sums): TensorInfo[] {
  const { inputs, shape, terms, outputs, finish, constants = {} } = sums;
  const channels = shape.at(-1)!;
  const rows = elementCount(shape) / channels;
  const parts = Math.min(mostParts, rows);
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
