// Compares several steps with scheduled values, fed as in a run, with PyTorch (test/fixtures/step/scheduled.py): a
// lazy penalty with its weight on a schedule, and Adam's beta2 on a schedule.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Config } from '../../../src/config/config.ts';
import { loadConfig } from '../../../src/config/load/load.ts';
import type { Engine, Feeds } from '../../../src/engines/engine.ts';
import { buildNetworks } from '../../../src/models/networks.ts';
import { packageDirectory } from '../../../src/system/package-directory.ts';
import { createFeeder } from '../../../src/training/feeds.ts';
import { trainingProgram } from '../../../src/training/program.ts';
import { planSchedule } from '../../../src/training/schedule.ts';
import { hashedValues } from '../../helpers/hashed-values.ts';
import { picturesOf } from '../../helpers/numbered-pictures.ts';
import { checkStep, type GoldenStep } from './golden-step.ts';

/** FIRST and STEPS of scheduled.py. */
const firstStep = 2;
const steps = 5;

const scheduled = [
  'training.gradientPenalty={ type: r1, on: both, every: 3, weight: { from: 10, to: 1, over: { steps: 8 } } }',
  'generator.optimizer.beta2={ from: 0.9, to: 0.99, over: { steps: 6 }, shape: cosine }',
  'discriminator.optimizer.beta2={ from: 0.99, to: 0.8, over: { steps: 10 } }',
];

export function scheduledRunTests(open: () => Promise<Engine>, { skip = false }: { skip?: string | false } = {}): void {
  for (const [order, discriminatorSteps] of [
    ['discriminator-first', 1],
    ['generator-first', 1],
    ['simultaneous', 1],
    ['discriminator-first', 2],
  ] as const) {
    const fixture = `scheduled-${order}-${discriminatorSteps}`;
    test(`five steps of ${fixture} are PyTorch's`, { skip }, async () => {
      const path = new URL(`../../fixtures/step/${fixture}.json`, import.meta.url);
      const golden = JSON.parse(readFileSync(path, 'utf8')) as GoldenStep;
      const set = [
        ...scheduled,
        `training.order=${order}`,
        `training.discriminatorSteps=${discriminatorSteps}`,
        'training.steps=7',
      ];
      const config = await loadConfig(join(packageDirectory, 'test/fixtures/step/relativistic.yaml'), set);
      await checkStep(await open(), config, golden, callsOf(config, golden));
    });
  }
}

/** The run's own calls, with the images and latents of the fixture. */
function callsOf(config: Config, { batchSize, inputs }: GoldenStep): { name: string; feeds: Feeds }[] {
  const blank = picturesOf(4 * batchSize, () => Array.from({ length: 8 * 8 * 3 }, () => 0));
  const program = trainingProgram(config, buildNetworks(config), [batchSize], 1);
  const feedStep = createFeeder(config, blank, program, planSchedule(config, blank.count));
  const calls = Array.from({ length: steps }, (_, step) => feedStep(firstStep + step)).flat();
  return calls.map(({ name, feeds }, call) => {
    const images = hashedValues(`${inputs}/images/${call}`, feeds['images']!.length);
    const latents = hashedValues(`${inputs}/latents/${call}`, feeds['latents']!.length);
    return { name, feeds: { ...feeds, images: Uint8Array.from(images, (x) => Math.floor((x + 1) * 128)), latents } };
  });
}
