// Runs a Python script that opens an export and generates the images of 16 latents, and returns how far they are from
// `dcgan sample`'s.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openEngine } from '../../src/engines/open.ts';
import type { ExportFormat, ExportSource } from '../../src/exports/format.ts';
import { latentsOfSeeds } from '../../src/models/latents.ts';
import { openImageMaker } from '../../src/sampling/image-maker.ts';
import { python } from '../helpers/python.ts';

const count = 16;

interface Comparison {
  /** In pixel values from 0 to 255. */
  largestDifference: number;
  [more: string]: unknown;
}

/** The images of seeds 0 to 15 as `dcgan sample` makes them: uint8 [16, height, width, channels]. */
export async function sampleImages({ generator }: ExportSource): Promise<Uint8Array> {
  const { engine } = await openEngine('auto');
  const maker = await openImageMaker(engine, generator, count);
  const pixels = await maker.make(testLatents(generator.config));
  maker.dispose();
  return pixels;
}

/** Latents of seeds 0 to 15: float32 [16, latent size]. */
export function testLatents({ generator }: ExportSource['generator']['config']): Float32Array {
  return latentsOfSeeds(
    generator.latent,
    Array.from({ length: count }, (_, seed) => seed),
  );
}

/** Exports into a temporary folder and compares it with `dcgan sample` by a Python script of this folder. */
export async function openElsewhere(source: ExportSource, format: ExportFormat, script: string): Promise<Comparison> {
  const folder = mkdtempSync(join(tmpdir(), 'dcgan-export-'));
  try {
    await format(source, folder);
    const { generator, data } = source.generator.config;
    const images = await sampleImages(source);
    assert.ok(spread(images) > 10, 'the images are not all of one colour');
    writeFileSync(join(folder, 'latents.bin'), testLatents(source.generator.config));
    writeFileSync(join(folder, 'images.bin'), images);
    const shapes = { latents: [count, generator.latent.size], images: [count, data.height, data.width, data.channels] };
    writeFileSync(join(folder, 'shapes.json'), JSON.stringify({ ...shapes, range: data.range }));
    const path = fileURLToPath(new URL(script, import.meta.url));
    const { stdout } = await promisify(execFile)(python, [path, folder]);
    return JSON.parse(stdout.trim().split('\n').at(-1)!);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Standard deviation. */
function spread(values: Uint8Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
