// Builds networks from a few layers, for tests.
import type { Config } from '../../src/config/config.ts';
import { resolveConfig } from '../../src/config/load/load.ts';
import { buildNetwork, type Network } from '../../src/models/network.ts';
import { minimalConfig } from './minimal-config.ts';

type Entries = readonly Record<string, unknown>[];

/** The discriminator of these layers, over an input of this shape. `initializers` are the network's. */
export function networkOf(
  layers: Entries,
  input: readonly number[],
  initializers: { initializer?: unknown; biasInitializer?: unknown } = {},
): Network {
  const content = minimalConfig();
  content.discriminator = { layers: [...layers], ...initializers };
  if (layers.at(-1)?.['type'] === 'sigmoid') content.training['loss'] = { on: 'probabilities' };
  return buildNetwork('discriminator', configOf(content).discriminator, input);
}

/** A checked config from a file's content. */
export function configOf(content: unknown): Config {
  return resolveConfig(content, { source: 'test', name: 'test' });
}
