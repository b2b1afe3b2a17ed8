// Temporary folders for runs: a cache, small pictures, and a config that trains in seconds.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import sharp from 'sharp';

/** A new temporary folder, with DCGAN_CACHE set to a folder in it; removed after the file's tests. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'dcgan-run-'));
  process.env['DCGAN_CACHE'] = join(folder, 'cache');
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes `count` grey pictures of 8 x 8 pixels, each with a bright bar at another position. @returns the folder */
export async function writePictures(folder: string, count: number): Promise<string> {
  mkdirSync(folder, { recursive: true });
  for (let index = 0; index < count; index++) {
    const pixels = Uint8Array.from({ length: 64 }, (_, i) => (i % 8 === index % 8 ? 255 - index : 20));
    const picture = sharp(pixels, { raw: { width: 8, height: 8, channels: 1 } });
    await picture
      .toColourspace('b-w')
      .png()
      .toFile(join(folder, `${String(index).padStart(3, '0')}.png`));
  }
  return folder;
}

/** A config as a plain object: two tiny networks for 8 x 8 grey pictures, with batch norm and dropout. May be modified. */
export function tinyConfig() {
  return {
    seed: 1,
    data: { folder: 'pictures', size: 8, channels: 1 },
    generator: {
      latent: { size: 4 },
      layers: [
        { type: 'dense', units: 32, bias: false },
        { type: 'batchNorm' },
        { type: 'relu' },
        { type: 'reshape', shape: [4, 4, 2] },
        { type: 'convTranspose', filters: 1, kernel: 4, stride: 2 },
        { type: 'tanh' },
      ],
    },
    discriminator: {
      layers: [
        { type: 'stack', filters: [3], kernel: 3, stride: 2, activation: 'leakyRelu', dropout: 0.3 },
        { type: 'flatten' },
        { type: 'dense', units: 1 },
      ],
    },
    training: { steps: 12, batchSize: 4 },
    outputs: {
      grid: { rows: 2, columns: 3 },
      samplesEvery: { steps: 6 },
      checkpointEvery: { steps: 4 },
      lossesEvery: { steps: 3 },
    },
  };
}

/** Writes a value as a JSON file. @returns its path */
export function writeJsonFile(path: string, value: unknown): string {
  writeFileSync(path, JSON.stringify(value, null, 2));
  return path;
}

/** Every file and folder below a folder, sorted, folders with a final slash. */
export function listAll(folder: string, prefix = ''): string[] {
  return readdirSync(join(folder, prefix), { withFileTypes: true })
    .flatMap((entry) => {
      const path = prefix ? `${prefix}/${entry.name}` : entry.name;
      return entry.isDirectory() ? [`${path}/`, ...listAll(folder, path)] : [path];
    })
    .sort();
}
