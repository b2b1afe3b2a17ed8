// A folder for one test file's images and cache, removed when its tests are done.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after } from 'node:test';
import sharp, { type Sharp } from 'sharp';

/** A new temporary folder, with DCGAN_CACHE set to a folder in it. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'dcgan-data-'));
  process.env['DCGAN_CACHE'] = join(folder, 'cache');
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes files by their paths in `folder`, making the folders between. Returns `folder`. */
export function writeFiles(folder: string, files: Record<string, Uint8Array | string>): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

/** An image of one row per array in `rows`, each pixel an array of 1 to 4 values of 8 bits. */
export function pixels(rows: number[][][]): Sharp {
  const channels = rows[0]![0]!.length as 1 | 2 | 3 | 4;
  const raw = { height: rows.length, width: rows[0]!.length, channels };
  return sharp(Uint8Array.from(rows.flat(2)), { raw }).toColourspace(channels < 3 ? 'b-w' : 'srgb');
}

/** A grey 2x2 PNG file of one value. */
export function greyPng(value: number): Promise<Buffer> {
  return pixels([
    [[value], [value]],
    [[value], [value]],
  ])
    .png()
    .toBuffer();
}
