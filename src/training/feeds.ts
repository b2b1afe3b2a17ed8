// The feeds of a step: images, latents, labels and learning rates, all determined by the seed and the step's number.
import type { Config, OptimizerConfig } from '../config/config.ts';
import { createBatchOrder } from '../data/dataset/batches.ts';
import { flipSome } from '../data/dataset/flip.ts';
import type { Dataset } from '../data/dataset/open.ts';
import type { Feeds, FeedValues, Program } from '../engines/engine.ts';
import { decayAt } from '../models/average.ts';
import { drawLatents } from '../models/latents.ts';
import { RandomStream } from '../random.ts';
import { fedRates } from './optimizer.ts';
import { functionNames } from './program.ts';
import { rampOf } from './ramp.ts';
import { drawLabels } from './regularisation/labels.ts';
import { isPenalised } from './regularisation/penalties.ts';
import { batchPlan, callsPerStep, fakeCount, type Schedule } from './schedule.ts';

export interface Call {
  name: string;
  feeds: Feeds;
  images: number;
}

/** The function calls of step `step` (from 0), in order. */
export type FeedStep = (step: number) => Call[];

export function createFeeder(config: Config, dataset: Dataset, program: Program, schedule: Schedule): FeedStep {
  const { seed, data, training, generator, discriminator } = config;
  const { discriminatorSteps, generatorSteps, freshLatents } = training;
  const order = createBatchOrder(batchPlan(config, dataset.count), seed);
  const scheduled = scheduledValues(config, schedule);
  const calls = callsPerStep(config);

  /** Computes only the feeds that the function takes. `call` is the number of this call in the whole run. */
  function makeCall(name: string, call: number, images: number, makers: Record<string, () => FeedValues>): Call {
    const noiseSeed = () => Int32Array.of(new RandomStream(seed, 'dropout', call).bits()); // the name determines the values, so it stays
    const all: Record<string, () => FeedValues> = { ...makers, noiseSeed };
    const wanted = Object.keys(program.functions[name]!.feeds);
    return { name, images, feeds: Object.fromEntries(wanted.map((feed) => [feed, all[feed]!()])) };
  }

  /** Feeds of both networks' updates. `update` numbers the generator's updates within the step. */
  function sharedMakers(step: number, call: number, update: number, fakes: number): Record<string, () => FeedValues> {
    const t = step * generatorSteps + update + 1;
    return {
      latents: () => drawLatents(generator.latent, fakes, new RandomStream(seed, 'latents', call)),
      generatorRates: () => fedRates(generator.optimizer, scheduled.generator(step), t),
      averageDecay: () => Float32Array.of(decayAt(training.ema!.decay, t)),
      noiseDeviation: () => Float32Array.of(scheduled.noise(step)),
    };
  }

  function readImages(batch: number): { pixels: Uint8Array; count: number } {
    const epoch = Math.floor(batch / schedule.batchesPerEpoch);
    const indices = order(epoch, batch % schedule.batchesPerEpoch);
    const pixels = dataset.read(indices);
    if (data.flip > 0) flipSome(pixels, dataset, data.flip, new RandomStream(seed, 'flip', batch));
    return { pixels, count: indices.length };
  }

  function discriminatorCall(step: number, call: number, update: number): Call {
    const batch = step * discriminatorSteps + update;
    const { pixels, count } = readImages(batch);
    const fakes = fakeCount(config, count);
    const withGenerator = !freshLatents && update === discriminatorSteps - 1;
    const every = training.gradientPenalty?.every ?? 1;
    const penalised = isPenalised({ every }, batch);
    const name = functionNames[withGenerator ? 'step' : 'discriminatorStep'](count, penalised);
    const stepLabels = { real: scheduled.real(step), fake: scheduled.fake(step), flip: scheduled.flip(step) };
    const stream = new RandomStream(seed, 'labels', call);
    return makeCall(name, call, count, {
      ...sharedMakers(step, call, 0, fakes),
      images: () => pixels,
      realLabels: () => drawLabels(stepLabels, 'real', count, stream),
      fakeLabels: () => drawLabels(stepLabels, 'fake', fakes, stream),
      discriminatorRates: () => fedRates(discriminator.optimizer, scheduled.discriminator(step), batch + 1),
      penaltyWeight: () => Float32Array.of(every * scheduled.penaltyWeight(step)),
    });
  }

  function generatorCall(step: number, call: number, update: number): Call {
    return makeCall(functionNames.generatorStep, call, 0, sharedMakers(step, call, update, training.batchSize));
  }

  return (step) => {
    const discriminatorCalls = range(0, discriminatorSteps).map(
      (update) => (call: number) => discriminatorCall(step, call, update),
    );
    const firstAlone = freshLatents ? 0 : 1; // otherwise G's first update shares D's last call
    const generatorCalls = range(firstAlone, generatorSteps).map(
      (update) => (call: number) => generatorCall(step, call, update),
    );
    const inOrder =
      freshLatents && training.order === 'generator-first'
        ? [...generatorCalls, ...discriminatorCalls]
        : [...discriminatorCalls, ...generatorCalls];
    return inOrder.map((make, index) => make(step * calls + index));
  };
}

/** from to end - 1. */
function range(from: number, end: number): number[] {
  return Array.from({ length: end - from }, (_, i) => from + i);
}

/** The config's values that may be scheduled, as functions of the step. */
function scheduledValues({ training, generator, discriminator }: Config, { toSteps }: Schedule) {
  const { real, fake, flip } = training.labels;
  return {
    generator: ratesAt(generator.optimizer, toSteps),
    discriminator: ratesAt(discriminator.optimizer, toSteps),
    real: rampOf(real, toSteps),
    fake: rampOf(fake, toSteps),
    flip: rampOf(flip, toSteps),
    noise: rampOf(training.instanceNoise?.deviation ?? 0, toSteps),
    penaltyWeight: rampOf(training.gradientPenalty?.weight ?? 0, toSteps),
  };
}

function ratesAt({ learningRate, beta2 }: OptimizerConfig, toSteps: Schedule['toSteps']) {
  const [rateAt, beta2At] = [rampOf(learningRate, toSteps), rampOf(beta2, toSteps)];
  return (step: number) => ({ learningRate: rateAt(step), beta2: beta2At(step) });
}
