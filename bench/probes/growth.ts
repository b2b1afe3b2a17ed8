// Times a training step at several batch sizes or image sizes: npx tsx bench/probes/growth.ts batch|side [--quick]

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Config } from '../../src/config/config.ts';
import { findConfig } from '../../src/config/load/find-config.ts';
import { loadConfig, resolveConfig } from '../../src/config/load/load.ts';
import { openEngine } from '../../src/engines/open.ts';
import { buildNetworks } from '../../src/models/networks.ts';
import { packageDirectory } from '../../src/system/package-directory.ts';
import { createFeeder } from '../../src/training/feeds.ts';
import { startingValues, trainingProgram } from '../../src/training/program.ts';
import { batchSizes, planSchedule } from '../../src/training/schedule.ts';
import { spreadOf, timeSteps } from '../../src/training/step-times.ts';
import { peakMiB } from '../processes.ts';
import { openPictures } from '../task.ts';

const axes = { batch: [16, 32, 64, 128, 256, 512], side: [28, 32, 48, 64, 96, 128] };
const sideBatch = 64;
const timedSeconds = 4;

interface Point {
  msPerStep: number[];
  peakMiB: number;
  precision: string;
}

function printTable(axis: 'batch' | 'side', quick: boolean): void {
  console.log(`| ${axis} | ms per step | least – most | images per second | µs per image and pixel | peak MiB |`);
  console.log('| --- | --- | --- | --- | --- | --- |');
  for (const value of axes[axis]) {
    const args = ['--import', import.meta.resolve('tsx'), fileURLToPath(import.meta.url), axis, String(value)];
    const text = execFileSync(process.execPath, [...args, ...(quick ? ['--quick'] : [])], { encoding: 'utf8' });
    const point = JSON.parse(text.slice(text.lastIndexOf('\n{') + 1)) as Point;
    const { median, least, most } = spreadOf(point.msPerStep);
    const [batch, side] = axis === 'batch' ? [value, 28] : [sideBatch, value];
    const perPixel = (1000 * median) / batch / side ** 2;
    const cells = [
      value,
      median.toFixed(0),
      `${least.toFixed(0)} – ${most.toFixed(0)}`,
      ((1000 * batch) / median).toFixed(0),
    ];
    console.log(`| ${[...cells, perPixel.toFixed(2), point.peakMiB.toFixed(0)].join(' | ')} |`);
  }
}

/** One row of the table, in its own process. */
async function measure(config: Config, quick: boolean): Promise<Point> {
  const networks = buildNetworks(config);
  const pictures = await openPictures(config);
  const { engine } = await openEngine('tensorflow', undefined, { precision: 'auto' });
  const program = trainingProgram(config, networks, batchSizes(config, pictures.count), 16);
  const precision = engine.info.autoPrecision;
  const compiled = await engine.compile(program, { precision, onTuning: () => {} });
  await compiled.write(startingValues(program, config, networks));
  const feedStep = createFeeder(config, pictures, program, planSchedule(config, pictures.count));
  const { times } = await timeSteps(compiled, feedStep, timedSeconds, { onEvent: () => {}, shouldStop: () => quick });
  return { msPerStep: times, peakMiB: peakMiB(process.pid), precision };
}

function configOf(axis: 'batch' | 'side', value: number): Promise<Config> | Config {
  if (axis === 'side') return resolveConfig(radford(value), { source: 'growth', name: `side-${value}` });
  const path = findConfig('mnist-test4', { root: packageDirectory, packageDirectory });
  return loadConfig(path, [`training.batchSize=${value}`, 'data.lastBatch=drop']);
}

/** The DCGAN of Radford et al. (2015): strided 4 x 4 convolutions from a map of 4 to 7 pixels, halving the filters at each doubling. */
function radford(side: number): unknown {
  const stages = Math.ceil(Math.log2(side / 7));
  const start = side / 2 ** stages;
  const widths = Array.from({ length: stages }, (_, stage) => 64 * 2 ** Math.min(stage, 3)); // next to the image: 64
  const most = widths.at(-1)!;
  const optimizer = { learningRate: 0.0002, beta1: 0.5 };
  const norm = 'batchNorm';
  const stride = { kernel: 4, stride: 2, bias: false };
  const inner = widths.slice(0, -1).reverse();
  return {
    data: { folder: 'data/mnist-tiny', size: side, channels: 3, lastBatch: 'drop' },
    generator: {
      latent: { size: 100 },
      layers: [
        { type: 'dense', units: start * start * most, bias: false },
        { type: 'reshape', shape: [start, start, most] },
        { type: norm },
        { type: 'relu' },
        { type: 'stack', filters: inner, ...stride, norm, activation: 'relu' },
        { type: 'convTranspose', filters: 3, kernel: 4, stride: 2 },
        { type: 'tanh' },
      ],
      optimizer,
    },
    discriminator: {
      layers: [
        { type: 'stack', filters: widths.slice(0, 1), ...stride, activation: 'leakyRelu' },
        { type: 'stack', filters: widths.slice(1), ...stride, norm, activation: 'leakyRelu' },
        { type: 'flatten' },
        { type: 'dense', units: 1 },
      ],
      optimizer,
    },
    training: { epochs: 1, batchSize: sideBatch },
  };
}

const [axis, value, ...rest] = process.argv.slice(2);
if (axis !== 'batch' && axis !== 'side') throw new Error('usage: npx tsx bench/probes/growth.ts batch|side [--quick]');
const quick = [value, ...rest].includes('--quick');
if (value === undefined || value === '--quick') printTable(axis, quick);
else console.log(`\n${JSON.stringify(await measure(await configOf(axis, Number(value)), quick))}`);
