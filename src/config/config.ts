// The resolved config that the rest of the program uses: checked, complete, with stacks and short forms expanded.

import type { z } from 'zod';
import type { Duration } from './schema/durations.ts';
import type { Layer } from './schema/layers.ts';
import type { MetricName } from './schema/metric-names.ts';
import type { FeaturesConfig } from './schema/metrics.ts';
import type { ConfigFile } from './schema/schema.ts';
import type { lossObject } from './schema/training.ts';

type NetworkConfig<File extends { layers: unknown }> = Omit<File, 'layers'> & { layers: Layer[] };

export type GeneratorConfig = NetworkConfig<ConfigFile['generator']>;
type DiscriminatorConfig = NetworkConfig<ConfigFile['discriminator']>;
type TrainingFile = ConfigFile['training'];
type LabelsFile = TrainingFile['labels'];
export type LossConfig = z.infer<typeof lossObject>;
type LabelsConfig = Omit<LabelsFile, 'real' | 'fake'> & {
  real: NonNullable<LabelsFile['real']>;
  fake: NonNullable<LabelsFile['fake']>;
};
export type PenaltyConfig = NonNullable<TrainingFile['gradientPenalty']>;
type TrainingConfig = Omit<TrainingFile, 'epochs' | 'steps' | 'images' | 'loss' | 'labels'> & {
  length: Duration;
  loss: LossConfig;
  labels: LabelsConfig;
};
export type OptimizerConfig = ConfigFile['generator']['optimizer'];
type MetricsConfig = Omit<ConfigFile['metrics'], 'names' | 'features'> & {
  names: readonly MetricName[];
  features?: FeaturesConfig;
};
export type Preparation = NonNullable<ConfigFile['data']['preparation']>;
type DataConfig = Omit<ConfigFile['data'], 'size'> & { height: number; width: number };

export interface Config {
  name: string;
  description: string;
  design?: string;
  seed: number;
  data: DataConfig;
  generator: GeneratorConfig;
  discriminator: DiscriminatorConfig;
  training: TrainingConfig;
  metrics: MetricsConfig;
  outputs: ConfigFile['outputs'];
}
