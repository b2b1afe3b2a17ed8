import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp, { type Sharp } from 'sharp';
import { prepareSheet, type SheetChoice } from '../../../src/data/prepare/prepare-sheet.ts';
import { pixels, temporaryFolder, writeFiles } from '../temporary.ts';

const root = temporaryFolder();
const silent = () => {};
const clear = [9, 9, 9, 0];

interface SheetPlan {
  columns: number;
  rows: number;
  tile: { width: number; height: number };
  margin?: number;
  spacing?: number;
  /** Pixel (x, y) of a tile. */
  colour: (row: number, column: number, x: number, y: number) => number[];
  /** The pixel between tiles. */
  between?: number[];
}

/** Rows of pixels of a sheet: the tile in a column starts at x = column * (width + 2 * margin + spacing) + margin. */
function sheetRows({ columns, rows, tile, margin = 0, spacing = 0, colour, between = clear }: SheetPlan): number[][][] {
  const [stepX, stepY] = [tile.width + 2 * margin + spacing, tile.height + 2 * margin + spacing];
  const sheet = Array.from({ length: rows * stepY - spacing }, () =>
    Array.from({ length: columns * stepX - spacing }, () => between),
  );
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      for (let y = 0; y < tile.height; y++) {
        const line = sheet[row * stepY + margin + y]!;
        for (let x = 0; x < tile.width; x++) line[column * stepX + margin + x] = colour(row, column, x, y);
      }
    }
  }
  return sheet;
}

let sheets = 0;

async function writeSheet(plan: SheetPlan, name = `sheet-${sheets++}.png`): Promise<string> {
  writeFiles(root, { [name]: await pixels(sheetRows(plan)).png().toBuffer() });
  return join(root, name);
}

async function cut(choice: Pick<SheetChoice, 'file' | 'tile'> & Partial<SheetChoice>, where = root, force = false) {
  const whole: SheetChoice = { margin: 0, spacing: 0, skipEmpty: false, ...choice };
  const result = await prepareSheet({ root: where, force, ...whole }, silent);
  const names = readdirSync(result.directory).filter((file) => file.endsWith('.png'));
  const raw = (name: string) => sharp(join(result.directory, name)).raw().toBuffer({ resolveWithObject: true });
  return { ...result, names, raw };
}

const numbered = (row: number, column: number, x: number, y: number) => [10 * row + column, x, y, 200];

test('cuts tiles with margin and spacing, named by row and column', async () => {
  const tile = { width: 3, height: 2 };
  for (const [margin, spacing] of [
    [0, 0],
    [1, 0],
    [0, 1],
    [2, 3],
  ] as const) {
    const file = await writeSheet({ columns: 4, rows: 3, tile, margin, spacing, colour: numbered });
    const { names, images, skipped, raw } = await cut({ file, tile, margin, spacing });
    assert.deepEqual([images, skipped, names.length], [12, false, 12]);
    for (let row = 0; row < 3; row++) {
      for (let column = 0; column < 4; column++) {
        const { data, info } = await raw(`${row}-${column}.png`);
        assert.deepEqual([info.width, info.height, info.channels], [3, 2, 4]);
        const expected = [0, 1].flatMap((y) => [0, 1, 2].flatMap((x) => numbered(row, column, x, y)));
        assert.deepEqual([...data], expected, `margin ${margin}, spacing ${spacing}, ${row}-${column}`);
      }
    }
  }
});

test('names have as many digits as the largest row or column needs', async () => {
  const tile = { width: 1, height: 1 };
  const { names } = await cut({ file: await writeSheet({ columns: 11, rows: 2, tile, colour: numbered }), tile });
  assert.deepEqual([names[0], names.at(-1), names.length], ['00-00.png', '01-10.png', 22]);
});

test('skips only tiles that are transparent or of a single colour', async () => {
  const tile = { width: 2, height: 2 };
  const kinds: [kind: string, colour: (x: number, y: number) => number[]][] = [
    ['transparent, with colours below', (x, y) => [100 * x, 100 * y, 5, 0]],
    ['one colour', () => [30, 60, 90, 255]],
    ['two colours', (x) => [x, 0, 0, 255]],
    ['one colour, half of it transparent', (x) => [30, 60, 90, 255 * x]],
    ['one pixel to be seen', (x, y) => [0, 0, 0, x * y]],
  ];
  const colour = (_row: number, column: number, x: number, y: number) => kinds[column]![1](x, y);
  const file = await writeSheet({ columns: kinds.length, rows: 1, tile, margin: 1, colour }, 'kinds.png');
  const { names, images, directory } = await cut({ file, tile, margin: 1, skipEmpty: true });
  assert.deepEqual([names, images], [['0-2.png', '0-3.png', '0-4.png'], 3]);
  assert.equal(directory, join(root, 'data', 'kinds'));
  assert.equal((await cut({ file, tile, margin: 1, name: 'all' })).images, 5);
});

test('gray stays gray; gray with transparency, RGB, palettes and 16 bits become RGB or RGBA of 8 bits', async () => {
  const tile = { width: 2, height: 1 };
  const sheetOf = (channels: number) => {
    const values = (column: number, x: number) => [50, 100, 150].slice(0, channels).map((v) => v + x + 2 * column);
    return pixels(sheetRows({ columns: 2, rows: 1, tile, colour: (_row, column, x) => values(column, x) }));
  };
  const rgb = [52, 102, 152, 53, 103, 153];
  const kinds: [kind: string, sheet: Sharp, channels: number, secondTile: number[]][] = [
    ['gray', sheetOf(1).png(), 1, [52, 53]],
    ['gray with transparency', sheetOf(2).png(), 4, [52, 52, 52, 102, 53, 53, 53, 103]],
    ['rgb', sheetOf(3).png(), 3, rgb],
    ['palette', sheetOf(3).png({ palette: true }), 3, rgb],
    ['rgb16', sheetOf(3).toColourspace('rgb16').png(), 3, rgb],
    ['grey16', sheetOf(1).toColourspace('grey16').png(), 1, [52, 53]],
  ];
  for (const [kind, sheet, channels, secondTile] of kinds) {
    writeFiles(root, { [`${kind}.png`]: await sheet.toBuffer() });
    const { directory } = await cut({ file: join(root, `${kind}.png`), tile });
    const image = sharp(join(directory, '0-1.png'));
    const metadata = await image.metadata();
    assert.deepEqual([metadata.channels, metadata.depth], [channels, 'uchar'], kind);
    const cutPixels = await image
      .toColourspace(channels === 1 ? 'b-w' : 'srgb')
      .raw()
      .toBuffer();
    assert.deepEqual([...cutPixels], secondTile, kind);
  }
});

test('tiles that do not fill the sheet are refused with the numbers and a margin that fits', async () => {
  const tile = { width: 4, height: 3 };
  const file = await writeSheet({ columns: 3, rows: 2, tile, margin: 1, colour: numbered }); // 18x10
  await assert.rejects(cut({ file, tile, name: 'misfit' }), {
    code: 'data.sheet-size',
    exitCode: 3,
    message: /18x10 pixels.*4x3.*margin of 0.*4 of them leave 2 of 18 .*3 of them leave 1 of 10[\s\S]*--margin 1;/,
  });
  await assert.rejects(cut({ file, tile: { width: 64, height: 64 }, name: 'misfit' }), {
    code: 'data.sheet-size',
    message: /0 of them leave 18 of 18 .*0 of them leave 10 of 10[\s\S]*Check --tile, --margin and --spacing\./,
  });
  assert.equal(existsSync(join(root, 'data', 'misfit')), false);
});

test('does not cut the same sheet again; another sheet or layout needs --force', async () => {
  const tile = { width: 2, height: 2 };
  const plan = { columns: 2, rows: 2, tile, colour: numbered };
  const file = await writeSheet(plan, 'again.png');
  await cut({ file, tile });
  const again = await cut({ file, tile });
  assert.deepEqual([again.skipped, again.images], [true, 4]);
  await assert.rejects(cut({ file, tile: { width: 1, height: 2 } }), { code: 'data.prepared-differently' });
  await assert.rejects(cut({ file, tile, skipEmpty: true }), { code: 'data.prepared-differently' });
  await writeSheet({ ...plan, colour: () => [1, 2, 3, 4] }, 'again.png');
  await assert.rejects(cut({ file, tile }), { code: 'data.prepared-differently', message: /sha256/ });
  const { raw } = await cut({ file, tile }, root, true);
  assert.deepEqual([...(await raw('1-1.png')).data.subarray(0, 4)], [1, 2, 3, 4]);
  const readme = readFileSync(join(root, 'data', 'again', 'README.txt'), 'utf8');
  assert.match(readme, /again\.png, 4x4 pixels, sha256 [0-9a-f]{64}\n[\s\S]*2x2, 4 channels\nImages: 4\n$/);
});

test('a sheet that cannot be read, one of empty tiles and a bad folder name are errors and leave no folder', async () => {
  const tile = { width: 2, height: 2 };
  writeFiles(root, { 'text.png': 'no picture' });
  const file = await writeSheet({ columns: 2, rows: 1, tile, colour: () => clear }, 'nothing.png');
  const other = join(root, 'elsewhere');
  await assert.rejects(cut({ file: join(root, 'gone.png'), tile }, other), {
    code: 'data.sheet',
    message: /gone\.png/,
  });
  await assert.rejects(cut({ file: join(root, 'text.png'), tile }, other), {
    code: 'data.sheet',
    message: /text\.png/,
  });
  await assert.rejects(cut({ file, tile, skipEmpty: true }, other), {
    code: 'data.no-tiles',
    message: /All 2 tiles of .*nothing\.png/,
  });
  for (const name of ['', '.', '..', '../up', 'a\\b', '.hidden']) {
    await assert.rejects(cut({ file, tile, name }, other), { code: 'usage.folder-name', exitCode: 2 }, name);
  }
  assert.deepEqual(existsSync(join(other, 'data')) ? readdirSync(join(other, 'data')) : [], []);
});
