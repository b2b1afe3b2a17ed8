// What a run trains with, except the engine, and the program made from it.
import type { Config } from '../../config/config.ts';
import type { Dataset } from '../../data/dataset/open.ts';
import type { Program } from '../../engines/engine.ts';
import type { Networks } from '../../models/networks.ts';
import { healthProbeImages } from '../health/health-measurements.ts';
import { trainingProgram } from '../program.ts';
import { batchSizes, type Schedule } from '../schedule.ts';

export interface RunParts {
  config: Config;
  networks: Networks;
  dataset: Dataset;
  schedule: Schedule;
}

export function programOf({ config, networks, dataset }: Omit<RunParts, 'schedule'>): Program {
  const { rows, columns } = config.outputs.grid;
  const sizes = batchSizes(config, dataset.count);
  return trainingProgram(config, networks, sizes, rows * columns, healthProbeImages(dataset.count));
}
