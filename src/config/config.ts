// A checked, complete experiment: what the rest of the program sees. Stacks are written out and short forms resolved.
import type { Duration } from './durations.ts';
import type { Layer } from './layers.ts';
import type { ConfigFile } from './schema.ts';

type NetworkConfig<File extends { layers: unknown }> = Omit<File, 'layers'> & { layers: Layer[] };

export type GeneratorConfig = NetworkConfig<ConfigFile['generator']>;
type DiscriminatorConfig = NetworkConfig<ConfigFile['discriminator']>;
export type TrainingConfig = Omit<ConfigFile['training'], 'epochs' | 'steps' | 'images'> & { length: Duration };
export type OptimizerConfig = ConfigFile['generator']['optimizer'];
type DataConfig = Omit<ConfigFile['data'], 'size'> & { height: number; width: number };

export interface Config {
  name: string;
  description: string;
  seed: number;
  data: DataConfig;
  generator: GeneratorConfig;
  discriminator: DiscriminatorConfig;
  training: TrainingConfig;
  outputs: ConfigFile['outputs'];
}
