// `dcgan data prepare sheet`: cuts a sprite sheet into one PNG file per tile.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { DcganError, messageOf } from '../../errors.ts';
import { loadSharp } from '../decode/load-sharp.ts';
import { inParallel } from '../decode/parallel.ts';
import { checkFolderName } from './folder-name.ts';
import type { PrepareProgress } from './npm-package.ts';
import { type PreparedData, type PreparePlace, prepareFolder } from './prepared-folder.ts';
import { cutTile, isEmpty, type Pixels, type SheetLayout, type Tile, tilesOf } from './sheet-tiles.ts';

/** Which sheet to cut, and how. */
export interface SheetChoice extends SheetLayout {
  file: string;
  /** @default the file's name without its extension */
  name?: string;
  /** Skips tiles that are transparent or of a single colour. */
  skipEmpty: boolean;
}

/**
 * Writes `<root>/data/<name>/<row>-<column>.png` in gray, RGB or RGBA, like the sheet.
 * @throws DcganError `data.sheet` if the sheet cannot be read, `data.sheet-size` if the tiles do not fill it, `data.no-tiles` if
 * all of them are empty
 */
export async function prepareSheet(
  { root, directory, force, ...choice }: PreparePlace & SheetChoice,
  onProgress: (event: PrepareProgress) => void,
): Promise<PreparedData> {
  const folder =
    directory ?? join(root, 'data', checkFolderName(choice.name ?? basename(choice.file, extname(choice.file))));
  const bytes = await readSheet(choice.file);
  const sheet = await decodeSheet(choice.file, bytes);
  const tiles = tilesOf(sheet, choice);
  return prepareFolder({
    directory: folder,
    readme: readmeOf(choice, bytes, sheet),
    force,
    isImage: (path) => /^\d+-\d+\.png$/.test(path),
    build: (partial) => writeTiles(partial, sheet, tiles, choice, onProgress),
  });
}

async function writeTiles(
  folder: string,
  sheet: Pixels,
  tiles: readonly Tile[],
  choice: SheetChoice,
  onProgress: (event: PrepareProgress) => void,
): Promise<number> {
  const last = tiles.at(-1)!;
  const digits = String(Math.max(last.row, last.column)).length;
  let done = 0;
  let written = 0;
  const sharp = await loadSharp();
  const cut = inParallel(tiles, async (tile) => {
    const { data, ...raw } = cutTile(sheet, tile, choice);
    if (choice.skipEmpty && isEmpty({ data, ...raw })) return false;
    const name = [tile.row, tile.column].map((place) => String(place).padStart(digits, '0')).join('-');
    const colours = raw.channels < 3 ? 'b-w' : 'srgb';
    await sharp(data, { raw })
      .toColourspace(colours)
      .png()
      .toFile(join(folder, `${name}.png`));
    return true;
  });
  for await (const isWritten of cut) {
    if (isWritten) written++;
    onProgress({ phase: 'write', done: ++done, total: tiles.length });
  }
  if (written > 0) return written;
  throw new DcganError('data.no-tiles', {
    happened: `All ${tiles.length} tiles of ${choice.file} are transparent or of a single colour.`,
    fix: 'Check --tile, or leave out --skip-empty.',
  });
}

async function readSheet(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** The whole sheet in memory: 1 channel if it is gray without transparency, otherwise RGB or RGBA. */
async function decodeSheet(file: string, bytes: Buffer): Promise<Pixels> {
  try {
    const sharp = await loadSharp();
    const image = sharp(bytes, { failOn: 'error' });
    const { space, hasAlpha } = await image.metadata();
    const isGray = (space === 'b-w' || space === 'grey16') && !hasAlpha; // sharp drops the alpha of gray images
    const coloured = image.toColourspace(isGray ? 'b-w' : 'srgb');
    const { data, info } = await coloured.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, channels: info.channels as Pixels['channels'], data };
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: string, error: unknown): DcganError {
  return new DcganError(
    'data.sheet',
    {
      happened: `The sheet ${file} cannot be read: ${messageOf(error)}.`,
      expected: 'Expected a PNG, JPEG, WebP, GIF or AVIF picture.',
    },
    { cause: error },
  );
}

function readmeOf(choice: SheetChoice, bytes: Buffer, sheet: Pixels): string {
  const { tile, margin, spacing, skipEmpty } = choice;
  return `Made by: dcgan data prepare sheet
Source: ${basename(choice.file)}, ${sheet.width}x${sheet.height} pixels, sha256 ${createHash('sha256').update(bytes).digest('hex')}
Licence: that of the sheet
Margin around each tile: ${margin}
Spacing between tiles: ${spacing}
Empty tiles: ${skipEmpty ? 'left out' : 'kept'}
Layout: <row>-<column>.png counted from 0, ${tile.width}x${tile.height}, ${sheet.channels} channels
`;
}
