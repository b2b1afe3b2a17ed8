// Writes a run's config.json, environment.json, warnings.json and reals.png before its first step.
import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import type { Dataset } from '../../data/dataset/open.ts';
import { writeGrid } from '../../pictures/grid.ts';
import { RandomStream } from '../../random.ts';
import { describeEnvironment } from '../../runs/environment.ts';
import { writeJson } from '../../runs/run-folder.ts';
import type { PreparedRun } from './prepare-run.ts';

export async function describeRun(results: string, prepared: PreparedRun): Promise<void> {
  const { config, dataset, opened, hash, precision, warnings, forkedFrom } = prepared;
  const identity = { runHash: hash, dataFingerprint: dataset.fingerprint, forkedFrom };
  await writeJson(join(results, 'config.json'), { ...identity, ...config });
  await writeJson(join(results, 'environment.json'), {
    ...describeEnvironment(),
    engine: opened.engine.info,
    precision,
  });
  if (warnings.length > 0) await writeJson(join(results, 'warnings.json'), warnings);
  await writeReals(join(results, 'reals.png'), config, dataset);
}

/** Real images in the grid's shape, drawn from the whole folder. */
async function writeReals(path: string, { outputs, seed }: Config, dataset: Dataset): Promise<void> {
  const { rows, columns } = outputs.grid;
  const { height, width, channels, count } = dataset;
  const chosen = new RandomStream(seed, 'reals').permutation(count).subarray(0, rows * columns);
  await writeGrid(path, { pixels: dataset.read(chosen), height, width, channels }, { columns });
}
