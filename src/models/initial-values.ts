// The values a network starts with, drawn from the run's seed: one stream per variable, so layers do not depend on each other.
import type { HostValues } from '../engines/engine.ts';
import { elementCount } from '../formats/tensor-shape.ts';
import { RandomStream } from '../random.ts';
import type { Start } from './initial-distributions.ts';
import { type Network, parametersOf } from './network.ts';

export function initialValues(networks: readonly Network[], seed: number): HostValues {
  const parameters = networks.flatMap(parametersOf);
  return Object.fromEntries(
    parameters.map(({ name, shape, start }) => [
      name,
      draw(start, elementCount(shape), new RandomStream(seed, `weights/${name}`)),
    ]),
  );
}

function draw(start: Start, count: number, stream: RandomStream): Float32Array {
  switch (start.type) {
    case 'constant':
      return new Float32Array(count).fill(start.value);
    case 'normal':
      return stream.normals(count).map((value) => start.mean + start.deviation * value);
    case 'truncatedNormal':
      return truncatedNormals(stream, count).map((value) => start.deviation * value);
    case 'uniform':
      return stream.uniforms(count, -start.limit, start.limit);
    case 'direction': {
      const values = stream.normals(count);
      const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
      return values.map((value) => value / length);
    }
  }
}

/** Standard normal values, those beyond 2 drawn again. */
function truncatedNormals(stream: RandomStream, count: number): Float32Array {
  const values = stream.normals(count);
  for (let i = 0; i < count; i++) {
    while (Math.abs(values[i]!) > 2) values[i] = stream.normals(1)[0]!;
  }
  return values;
}
