// A run's pictures: sample grids from fixed latents, the loss curves, and the strip of all grids at the end.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import type { CompiledProgram } from '../engines/engine.ts';
import { latentsOfSeeds } from '../models/latents.ts';
import { samplerFeeds } from '../models/sampler.ts';
import type { LossCurves } from '../pictures/charts/loss-curves.ts';
import { writeLossPlot } from '../pictures/charts/plot.ts';
import { writeEvolution } from '../pictures/evolution.ts';
import { writeGrid } from '../pictures/grid.ts';
import { toPixels } from '../pictures/images.ts';
import type { TrainingEvent } from './events.ts';
import { functionNames } from './program.ts';
import { generatorPasses } from './schedule.ts';

interface PictureParts {
  config: Config;
  program: CompiledProgram;
  /** results/<hash>. */
  folder: string;
  /** Called before each write. */
  confirm: () => Promise<void>;
  onEvent: (event: TrainingEvent) => void;
}

/** Writes samples/<step>.png, always from the same latents, and loss.png. */
export async function writeSamples(
  { config, program, folder, confirm, onEvent }: PictureParts,
  step: number,
  curves: LossCurves,
): Promise<void> {
  const { rows, columns } = config.outputs.grid;
  const seeds = Array.from({ length: rows * columns }, (_, seed) => seed);
  const latents = latentsOfSeeds(config.generator.latent, seeds);
  const { images } = await program.run(functionNames.sample, samplerFeeds(latents, generatorPasses(config, step)));
  const path = join(folder, 'samples', `${String(step).padStart(6, '0')}.png`);
  const { height, width, channels, range } = config.data;
  await confirm();
  await writeGrid(path, { pixels: toPixels(images!, range), height, width, channels }, { columns });
  if (curves.last()) await writeLossPlot(join(folder, 'loss.png'), curves, config.name);
  onEvent({ type: 'samples', step, path });
}

/** Writes evolution.png from the grids that the run has written. */
export async function writeEvolutionStrip({ config, folder, confirm }: PictureParts): Promise<void> {
  const samples = join(folder, 'samples');
  const grids = (await readdir(samples))
    .filter((name) => /^\d+\.png$/.test(name))
    .sort((a, b) => parseInt(a, 10) - parseInt(b, 10));
  if (grids.length <= 1) return;
  await confirm();
  await writeEvolution(
    join(folder, 'evolution.png'),
    grids.map((name) => join(samples, name)),
    config.data,
  );
}
