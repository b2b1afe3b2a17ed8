// Draws the evolution of a run: one row per sample grid, all from the same latents, the oldest on top.
import sharp from 'sharp';
import { writeFileAtomic } from '../system/write-file.ts';
import { gridGeometry } from './grid.ts';

const maxRows = 12;

/**
 * Writes the first row of each grid below that of the one before. Of many grids, evenly spaced ones are chosen, including the
 * first and the last. `tile` is the size of one image in the grids.
 */
export async function writeEvolution(
  path: string,
  grids: readonly string[],
  tile: { height: number; width: number },
): Promise<void> {
  const { width, hasAlpha } = await sharp(grids.at(-1)!).metadata();
  const chosen = await chooseGrids(grids, async (grid) => (await sharp(grid).metadata()).width === width);
  const { padding, scale } = gridGeometry(tile);
  const rowHeight = tile.height * scale + padding;
  const strip = (grid: string) => sharp(grid).extract({ left: 0, top: 0, width, height: rowHeight }).png().toBuffer();
  const strips = await Promise.all(chosen.map(strip));
  const rows = strips.map((input, row) => ({ input, left: 0, top: row * rowHeight }));
  const height = chosen.length * rowHeight + padding;
  const background = hasAlpha ? 'transparent' : 'white';
  const picture = sharp({ create: { width, height, channels: 4, background } }).composite(rows);
  await writeFileAtomic(path, await picture.png().toBuffer());
}

/** Evenly spaced grids of the last one's width, which may change when a run resumes. Bisects, to open few files. */
async function chooseGrids(
  grids: readonly string[],
  isLikeLast: (grid: string) => Promise<boolean>,
): Promise<readonly string[]> {
  const chosen = evenly(grids, maxRows);
  const alike = await Promise.all(chosen.map(isLikeLast));
  if (!alike.includes(false)) return chosen;
  let [unlike, like] = [grids.indexOf(chosen[alike.lastIndexOf(false)]!), grids.length - 1];
  while (like - unlike > 1) {
    const middle = Math.floor((unlike + like) / 2);
    if (await isLikeLast(grids[middle]!)) like = middle;
    else unlike = middle;
  }
  return evenly(grids.slice(like), maxRows);
}

/** At most `max` items, evenly spaced, including the first and the last. */
function evenly<Item>(items: readonly Item[], max: number): Item[] {
  if (items.length <= max) return [...items];
  return Array.from({ length: max }, (_, index) => items[Math.round((index * (items.length - 1)) / (max - 1))]!);
}
