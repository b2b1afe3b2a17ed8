// Draws a network's initial values from the seed. Each variable has its own stream, so adding a layer leaves the others' values.
import type { HostValues } from '../engines/engine.ts';
import { elementCount } from '../formats/tensor-shape.ts';
import { RandomStream } from '../random.ts';
import type { InitialDistribution } from './initial-distributions.ts';
import { type Network, parametersOf } from './network.ts';

export function initialValues(networks: readonly Network[], seed: number): HostValues {
  const parameters = networks.flatMap(parametersOf);
  return Object.fromEntries(
    parameters.map(({ name, shape, initial }) => [
      name,
      draw(initial, elementCount(shape), new RandomStream(seed, `weights/${name}`)),
    ]),
  );
}

function draw(distribution: InitialDistribution, count: number, stream: RandomStream): Float32Array {
  switch (distribution.type) {
    case 'constant':
      return new Float32Array(count).fill(distribution.value);
    case 'normal':
      return stream.normals(count).map((value) => distribution.mean + distribution.deviation * value);
    case 'truncatedNormal':
      return truncatedNormals(stream, count).map((value) => distribution.deviation * value);
    case 'uniform':
      return stream.uniforms(count, -distribution.limit, distribution.limit);
    case 'direction': {
      const values = stream.normals(count);
      const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
      return values.map((value) => value / length);
    }
  }
}

/** Standard normal values; those beyond +-2 are drawn again. */
function truncatedNormals(stream: RandomStream, count: number): Float32Array {
  const values = stream.normals(count);
  for (let i = 0; i < count; i++) {
    while (Math.abs(values[i]!) > 2) values[i] = stream.normals(1)[0]!;
  }
  return values;
}
