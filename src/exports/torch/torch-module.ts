// A module of torch.nn: its Python code, and its part of the state_dict.
import type { NamedTensors } from '../../formats/safetensors.ts';

export interface TorchModule {
  code: string;
  state: NamedTensors;
}

/** A module without weights. */
export const stateless = (code: string): TorchModule => ({ code, state: {} });

/** A Python call, without undefined options. */
export function call(name: string, positional: readonly (number | string)[], options: Record<string, unknown>): string {
  const named = Object.entries(options).filter(([, value]) => value !== undefined);
  return `${name}(${[...positional, ...named.map(([key, value]) => `${key}=${value}`)].join(', ')})`;
}

/** [height, width]; equal numbers are written once. */
export function pairCode([height, width]: readonly number[]): string {
  return height === width ? String(height) : `(${height}, ${width})`;
}

export function vector(values: Float32Array): NamedTensors[string] {
  return { shape: [values.length], values };
}
