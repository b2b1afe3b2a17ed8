// With a lazy penalty steps alternate between two recorded functions: a run whose variables are read and written into a new
// compilation after any step equals an uninterrupted one, bit for bit.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadConfig } from '../../../src/config/load/load.ts';
import { openEngine } from '../../../src/engines/open.ts';
import { buildNetworks } from '../../../src/models/networks.ts';
import { packageDirectory } from '../../../src/system/package-directory.ts';
import { createFeeder } from '../../../src/training/feeds.ts';
import { startingValues, trainingProgram } from '../../../src/training/program.ts';
import { batchSizes, planSchedule } from '../../../src/training/schedule.ts';
import { picturesOf } from '../../helpers/numbered-pictures.ts';
import { noTensorflow } from '../../helpers/tensorflow.ts';

const steps = 6;
const lazy = [
  'training.gradientPenalty={ type: r1, on: both, every: 3, weight: { from: 2, to: 0, over: { steps: 5 } } }',
  'generator.optimizer.beta2={ from: 0.9, to: 0.999, over: { steps: 5 } }',
];
const pictures = picturesOf(10, (index) => Array.from({ length: 8 * 8 * 3 }, (_, at) => (37 * index + 11 * at) % 256));

for (const engineName of ['wasm', 'tensorflow'] as const) {
  for (const settings of [
    ['order=discriminator-first'],
    ['order=generator-first', 'discriminatorSteps=2'],
    ['order=simultaneous'],
    ['order=generator-first', 'loss=bce', 'freshLatents=true', 'generatorSteps=2'],
  ]) {
    const skip = engineName === 'tensorflow' && noTensorflow;
    test(`${engineName}, ${settings.join(', ')}: resumes bit for bit after any step`, { skip }, async () => {
      const { engine } = await openEngine(engineName);
      const set = [...lazy, `training.steps=${steps}`, ...settings.map((setting) => `training.${setting}`)];
      const config = await loadConfig(join(packageDirectory, 'test/fixtures/step/relativistic.yaml'), set);
      const networks = buildNetworks(config);
      const program = trainingProgram(config, networks, batchSizes(config, pictures.count), 1);
      const feedStep = createFeeder(config, pictures, program, planSchedule(config, pictures.count));
      const train = async (from: number, to: number, values: Record<string, Float32Array>) => {
        const compiled = await engine.compile(program, { precision: 'float32' });
        await compiled.write(values);
        for (let step = from; step < to; step++) {
          for (const { name, feeds } of feedStep(step)) await compiled.run(name, feeds);
        }
        const after = await compiled.read();
        compiled.dispose();
        return after;
      };
      const start = startingValues(program, config, networks);
      const whole = await train(0, steps, start);
      for (let at = 1; at < steps; at++) {
        assert.deepEqual(await train(at, steps, await train(0, at, start)), whole, `resumed after step ${at}`);
      }
    });
  }
}
