// Worker for this program: its training program, feeds and sampler, called as in commands/train.ts and commands/sample.ts.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { add, mul } from '@tensorflow/tfjs-core';
import type { Engine, HostValues, Precision, Program } from '../../src/engines/engine.ts';
import { type engineNames, openEngine } from '../../src/engines/open.ts';
import { initialValues } from '../../src/models/initial-values.ts';
import { latentsOfSeeds } from '../../src/models/latents.ts';
import { applyNetwork, countParameters, parametersOf } from '../../src/models/network.ts';
import { buildNetworks, type Networks } from '../../src/models/networks.ts';
import { samplerFeeds } from '../../src/models/sampler.ts';
import { openImageMaker } from '../../src/sampling/image-maker.ts';
import { createFeeder } from '../../src/training/feeds.ts';
import { meansOf } from '../../src/training/means.ts';
import { functionNames, startingValues, trainingProgram } from '../../src/training/program.ts';
import { batchSizes, planSchedule } from '../../src/training/schedule.ts';
import type { Mode } from '../contestants.ts';
import { countedTo, openPictures, type Task } from '../task.ts';
import type { Report } from '../worker.ts';
import { type Runner, serve } from './serve.ts';

async function prepareTraining({ config, ...task }: Task, mode: Mode): Promise<Runner> {
  const networks = buildNetworks(config);
  const pictures = await openPictures(config);
  const precision = mode['precision'] as Precision;
  const { engine } = await openEngine(mode['engine'] as (typeof engineNames)[number], undefined, { precision });
  const { rows, columns } = config.outputs.grid;
  const program = trainingProgram(config, networks, batchSizes(config, pictures.count), rows * columns);
  let tuned = false;
  const onTuning = () => {
    tuned = true;
  };
  const compiled = await engine.compile(program, { precision, onTuning });
  await compiled.write(startingValues(program, config, networks));
  const feedStep = createFeeder(config, pictures, program, planSchedule(config, pictures.count));
  const report = await reportOf({ config, ...task }, networks, engine, precision);
  let step = 0;

  async function turn(count: number): Promise<Record<string, number>> {
    for (let i = 0; i < count; i++) {
      for (const call of feedStep(step)) await compiled.run(call.name, call.feeds);
      step++;
      await nextTurn();
    }
    const { discriminatorLoss, generatorLoss } = meansOf(await compiled.run(functionNames.drainMeans, {}));
    return { discriminator: discriminatorLoss, generator: generatorLoss };
  }

  // A run also draws a sample grid at its start, which counts towards peak memory
  const grid = countedTo(rows * columns);
  await compiled.run(functionNames.sample, samplerFeeds(latentsOfSeeds(config.generator.latent, grid), 0));
  return { report: { ...report, tuned }, turn };
}

const maxImages = 10_000;

async function prepareSampling(task: Task, mode: Mode): Promise<Runner> {
  const { config } = task;
  const networks = buildNetworks(config);
  const { engine } = await openEngine(mode['engine'] as (typeof engineNames)[number]);
  const weights = initialValues([networks.generator], config.seed);
  const maker = await openImageMaker(engine, { config, network: networks.generator, weights, passes: 0 }, maxImages);

  /** Latents by seed -> pixels, as in `dcgan sample`. */
  async function turn(count: number): Promise<Record<string, number>> {
    await maker.make(latentsOfSeeds(config.generator.latent, countedTo(count)));
    return {};
  }
  return { report: await reportOf(task, networks, engine, 'float32'), turn };
}

async function reportOf(task: Task, networks: Networks, engine: Engine, precision: Precision): Promise<Report> {
  const { library, threads, autoPrecision } = engine.info;
  return {
    parameters: {
      generator: countParameters(networks.generator),
      discriminator: countParameters(networks.discriminator),
    },
    scores: await scoresOf(task, networks, engine, precision),
    versions: { node: process.versions.node, library, threads: String(threads) },
    autoPrecision,
  };
}

/** Discriminator outputs on the probe with the initial weights. */
async function scoresOf(task: Task, networks: Networks, engine: Engine, precision: Precision): Promise<number[]> {
  const { config, probeCount, probeLatents } = task;
  const compiled = await engine.compile(scoreProgram(task, networks), { precision });
  await compiled.write(initialValues([networks.generator, networks.discriminator], config.seed));
  const pictures = await openPictures(config);
  const images = pictures.read(countedTo(probeCount));
  const { real, fake }: HostValues = await compiled.run('score', { images, latents: Float32Array.from(probeLatents) });
  pictures.close();
  compiled.dispose();
  return [...real!, ...fake!];
}

function scoreProgram({ config, probeCount }: Task, { generator, discriminator }: Networks): Program {
  const { height, width, channels, range } = config.data;
  const parameters = [generator, discriminator].flatMap(parametersOf);
  return {
    variables: Object.fromEntries(parameters.map(({ name, shape }) => [name, shape])),
    functions: {
      score: {
        feeds: {
          images: { shape: [probeCount, height, width, channels], dtype: 'uint8' },
          latents: { shape: [probeCount, config.generator.latent.size], dtype: 'float32' },
        },
        body(variables, { images, latents }) {
          const pass = { variables, training: false };
          const scaledImages = add(mul(images!, (range[1] - range[0]) / 255), range[0]);
          const made = applyNetwork(generator, latents!, pass).y;
          const [real, fake] = [scaledImages, made].map((seen) => applyNetwork(discriminator, seen, pass).y);
          return { outputs: { real: real!, fake: fake! } };
        },
      },
    },
  };
}

await serve({ training: prepareTraining, sampling: prepareSampling });
