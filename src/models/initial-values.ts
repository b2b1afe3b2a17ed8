// The values a network starts with, drawn from the run's seed: one stream per variable, so layers do not depend on each other.
import type { HostValues } from '../engines/engine.ts';
import { elementCount } from '../engines/feeds.ts';
import { RandomStream } from '../random.ts';
import type { Parameter } from './layer.ts';
import { type Network, parametersOf } from './network.ts';

export function initialValues(networks: readonly Network[], seed: number): HostValues {
  const parameters = networks.flatMap(parametersOf);
  return Object.fromEntries(parameters.map((parameter) => [parameter.name, draw(parameter, seed)]));
}

function draw({ name, shape, start }: Parameter & { name: string }, seed: number): Float32Array {
  const count = elementCount(shape);
  if (start === 'zeros') return new Float32Array(count);
  if (start === 'ones') return new Float32Array(count).fill(1);
  const stream = new RandomStream(seed, `weights/${name}`);
  const { initializer, fanIn, fanOut } = start;
  if (initializer.type === 'normal') return stream.normals(count).map((value) => value * initializer.deviation);
  const limit = Math.sqrt(6 / (fanIn + fanOut)); // Glorot & Bengio 2010
  return stream.uniforms(count, -limit, limit);
}
