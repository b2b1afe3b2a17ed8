// Writes the run that faults are injected into: the tests' tiny config with more steps, weight averaging and frequent checkpoints.
import { join } from 'node:path';
import { tinyConfig, writeJsonFile, writePictures } from '../../test/helpers/temporary-run.ts';

/** Writes tiny.json and its pictures into a folder. */
export async function writeTinyRun(folder: string): Promise<void> {
  await writePictures(join(folder, 'pictures'), 24);
  writeJsonFile(join(folder, 'tiny.json'), {
    ...tinyConfig(),
    training: { steps: 240, batchSize: 4, ema: { decay: 0.9 } },
    outputs: {
      grid: { rows: 2, columns: 2 },
      samplesEvery: { steps: 60 },
      checkpointEvery: { steps: 5 },
      lossesEvery: { steps: 2 },
    },
  });
}
