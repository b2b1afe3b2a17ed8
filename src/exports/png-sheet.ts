// Export format png-sheet: 64 samples in one PNG, and a JSON file with their positions, for game engines.
import { join } from 'node:path';
import { latentsOfSeeds } from '../models/latents.ts';
import { writeGrid } from '../pictures/grid.ts';
import { writeJson } from '../runs/run-folder.ts';
import type { ExportFormat } from './format.ts';

const columns = 8;
const rows = 8;

export const exportPngSheet: ExportFormat = async ({ generator, name, step, runHash, draw }, folder) => {
  const { data, generator: design } = generator.config;
  const { height, width, channels } = data;
  const seeds = Array.from({ length: columns * rows }, (_, seed) => seed);
  const pixels = await draw(latentsOfSeeds(design.latent, seeds));
  const [image, description] = ['sheet.png', 'sheet.json'];
  await writeGrid(join(folder, image), { pixels, height, width, channels }, { columns, padding: 0, scale: 1 });
  const tiles = seeds.map((seed) => ({
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
