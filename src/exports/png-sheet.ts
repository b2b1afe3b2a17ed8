// png-sheet: 64 samples side by side in one PNG, and a JSON file that says where each one is, for game engines.
import { join } from 'node:path';
import { type EngineChoice, openEngine } from '../engines/open.ts';
import { latentsOfSeeds } from '../models/latents.ts';
import { samplerFeeds, samplerProgram } from '../models/sampler.ts';
import type { TrainedGenerator } from '../models/trained-generator.ts';
import { writeGrid } from '../outputs/grid.ts';
import { toPixels } from '../outputs/images.ts';
import { writeJson } from '../outputs/run-folder.ts';
import type { ExportFormat } from './format.ts';

const columns = 8;
const rows = 8;

export const exportPngSheet: ExportFormat = async ({ generator, name, step, runHash, choice }, folder) => {
  const { height, width, channels } = generator.config.data;
  const pixels = await drawSamples(generator, columns * rows, choice);
  const [image, description] = ['sheet.png', 'sheet.json'];
  await writeGrid(join(folder, image), { pixels, height, width, channels }, { columns, padding: 0, scale: 1 });
  const tiles = Array.from({ length: columns * rows }, (_, seed) => ({
    seed,
    x: (seed % columns) * width, // pixels from the left
    y: Math.floor(seed / columns) * height, // pixels from the top
    width,
    height,
  }));
  const size = { width: columns * width, height: rows * height };
  await writeJson(join(folder, description), { image, name, runHash, step, channels, columns, rows, ...size, tiles });
  return [image, description];
};

const imagesPerCall = 8; // divides the sheet

/** The images of seeds 0, 1, 2, ...: uint8 [count, height, width, channels]. */
async function drawSamples(
  generator: TrainedGenerator,
  count: number,
  choice: EngineChoice = { engine: 'auto' },
): Promise<Uint8Array> {
  const { config, network, weights, passes } = generator;
  const { engine } = await openEngine(choice.engine, choice.device);
  const grid = { ...config.outputs.grid, batchNorm: 'moving' as const }; // whatever a run's own grids are made with
  const inferring = { ...config, outputs: { ...config.outputs, grid } };
  const compiled = await engine.compile(samplerProgram(inferring, network, imagesPerCall), { precision: 'float32' });
  await compiled.write(weights);
  const calls: Uint8Array[] = [];
  for (let first = 0; first < count; first += imagesPerCall) {
    const seeds = Array.from({ length: imagesPerCall }, (_, i) => first + i);
    const latents = latentsOfSeeds(config.generator.latent, seeds);
    const { images } = await compiled.run('sample', samplerFeeds(latents, passes));
    calls.push(toPixels(images!, config.data.range));
  }
  compiled.dispose();
  return Buffer.concat(calls);
}
