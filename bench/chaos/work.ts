// What is trained under chaos: some pictures of bars, and two tiny networks with batch norm, dropout and averages.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';

const config = {
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
  training: { steps: 240, batchSize: 4, ema: { decay: 0.9 } },
  outputs: {
    grid: { rows: 2, columns: 2 },
    samplesEvery: { steps: 60 },
    checkpointEvery: { steps: 5 },
    metricsEvery: { steps: 2 },
  },
};

/** Writes pictures and config into a folder. Gives its path. */
export async function writeWork(folder: string): Promise<string> {
  mkdirSync(join(folder, 'pictures'), { recursive: true });
  for (let index = 0; index < 24; index++) {
    const pixels = Uint8Array.from({ length: 64 }, (_, i) => (i % 8 === index % 8 ? 255 - index : 20));
    const picture = sharp(pixels, { raw: { width: 8, height: 8, channels: 1 } }).toColourspace('b-w');
    await picture.png().toFile(join(folder, 'pictures', `${String(index).padStart(2, '0')}.png`));
  }
  writeFileSync(join(folder, 'tiny.json'), JSON.stringify(config, null, 2));
  return folder;
}
