// How a run went, in one picture: the same latents' images in every grid, oldest on top.
import sharp from 'sharp';
import { writeFileAtomic } from '../system/write-file.ts';
import { gridGeometry } from './grid.ts';

const mostRows = 12;

/**
 * Writes the first row of each grid under that of the one before; of many grids, evenly chosen ones with the first and last.
 * `tile` is the size of one image, as the grids were written with.
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

/** The grids to show. A run may resume with grids of another shape: those before are left out. Opens few of many. */
async function chooseGrids(
  grids: readonly string[],
  isLikeLast: (grid: string) => Promise<boolean>,
): Promise<readonly string[]> {
  const chosen = evenly(grids, mostRows);
  const alike = await Promise.all(chosen.map(isLikeLast));
  if (!alike.includes(false)) return chosen;
  let [unlike, like] = [grids.indexOf(chosen[alike.lastIndexOf(false)]!), grids.length - 1];
  while (like - unlike > 1) {
    const middle = Math.floor((unlike + like) / 2);
    if (await isLikeLast(grids[middle]!)) like = middle;
    else unlike = middle;
  }
  return evenly(grids.slice(like), mostRows);
}

/** At most `most` of the items, evenly spaced, the first and the last among them. */
function evenly<Item>(items: readonly Item[], most: number): Item[] {
  if (items.length <= most) return [...items];
  return Array.from({ length: most }, (_, index) => items[Math.round((index * (items.length - 1)) / (most - 1))]!);
}
