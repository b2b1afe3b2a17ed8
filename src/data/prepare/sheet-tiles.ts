// The tiles of a sprite sheet: their positions and pixels, and whether they are empty.
import { DcganError } from '../../errors.ts';

interface Size {
  width: number;
  height: number;
}

/** All in pixels. */
export interface SheetLayout {
  tile: Size;
  /** Around each tile, on all four sides. */
  margin: number;
  /** Between neighbouring tiles, in addition to their margins. */
  spacing: number;
}

/** Decoded pixels, uint8 [height, width, channels]. */
export interface Pixels extends Size {
  channels: 1 | 3 | 4;
  data: Uint8Array;
}

/** Position of a tile in the sheet, from 0. */
export interface Tile {
  row: number;
  column: number;
}

const largestMarginToSuggest = 8;

/** The tiles of a sheet, row by row. @throws DcganError `data.sheet-size` if they do not fill it exactly */
export function tilesOf(sheet: Size, layout: SheetLayout): Tile[] {
  if (!fits(sheet, layout)) throw doesNotFit(sheet, layout);
  const columns = countAlong(sheet.width, layout.tile.width, layout);
  const rows = countAlong(sheet.height, layout.tile.height, layout);
  return Array.from({ length: rows * columns }, (_, i) => ({ row: Math.floor(i / columns), column: i % columns }));
}

/** The pixels of one tile, uint8 [tile height, tile width, channels]. */
export function cutTile(sheet: Pixels, { row, column }: Tile, layout: SheetLayout): Pixels {
  const { tile, margin } = layout;
  const { channels } = sheet;
  const left = margin + column * pitch(tile.width, layout);
  const top = margin + row * pitch(tile.height, layout);
  const data = new Uint8Array(tile.height * tile.width * channels);
  for (let y = 0; y < tile.height; y++) {
    const start = ((top + y) * sheet.width + left) * channels;
    data.set(sheet.data.subarray(start, start + tile.width * channels), y * tile.width * channels);
  }
  return { ...tile, channels, data };
}

/** Whether all pixels have one colour, or are transparent. */
export function isEmpty({ data, channels }: Pixels): boolean {
  const transparent = channels === 4 && data.every((value, i) => i % 4 !== 3 || value === 0);
  return transparent || data.every((value, i) => value === data[i % channels]);
}

/** Pixels from the start of one tile to the start of the next. */
function pitch(side: number, { margin, spacing }: SheetLayout): number {
  return side + 2 * margin + spacing;
}

/** Number of tiles along a side, a fraction if they do not fill it. There is no spacing after the last one. */
function countAlong(length: number, side: number, layout: SheetLayout): number {
  return (length + layout.spacing) / pitch(side, layout);
}

function fits(sheet: Size, layout: SheetLayout): boolean {
  const { tile } = layout;
  const columns = countAlong(sheet.width, tile.width, layout);
  return Number.isInteger(columns) && Number.isInteger(countAlong(sheet.height, tile.height, layout));
}

function doesNotFit(sheet: Size, layout: SheetLayout): DcganError {
  const { tile, margin, spacing } = layout;
  const [across, down] = [
    describeAxis(sheet.width, tile.width, layout),
    describeAxis(sheet.height, tile.height, layout),
  ];
  const margins = Array.from({ length: largestMarginToSuggest + 1 }, (_, i) => i);
  const fitting = margins.find((other) => fits(sheet, { ...layout, margin: other }));
  return new DcganError(
    'data.sheet-size',
    {
      happened: `The sheet has ${sheet.width}x${sheet.height} pixels. Tiles of ${tile.width}x${tile.height} with a margin of ${margin} and a spacing of ${spacing} do not fill it: across, ${across}; down, ${down}.`,
      fix:
        fitting === undefined
          ? 'Check --tile, --margin and --spacing.'
          : `They would with --margin ${fitting}; otherwise check --tile and --spacing.`,
    },
    { data: { sheet, ...layout } },
  );
}

function describeAxis(length: number, side: number, layout: SheetLayout): string {
  const count = Math.floor(countAlong(length, side, layout));
  const rest = count === 0 ? length : length + layout.spacing - count * pitch(side, layout);
  return `${count} of them leave ${rest} of ${length} pixels over`;
}
