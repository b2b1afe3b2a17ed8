// What a step is fed: the next images, fresh latents and labels, the optimizers' rates. All of it follows from the step's number.
import type { Config } from '../config/config.ts';
import { createBatchOrder } from '../data/batches.ts';
import type { Dataset } from '../data/open.ts';
import type { Feeds, Program } from '../engines/engine.ts';
import { drawLatents } from '../models/latents.ts';
import { RandomStream } from '../random.ts';
import { drawLabels } from './labels.ts';
import { adamRates } from './optimizer.ts';
import { functionNames } from './program.ts';
import { batchPlan, type Schedule } from './schedule.ts';

export interface Call {
  name: string;
  feeds: Feeds;
  images: number;
}

/** The function calls of step `step` (from 0), in order. */
export type FeedStep = (step: number) => Call[];

export function createFeeder(config: Config, dataset: Dataset, program: Program, schedule: Schedule): FeedStep {
  const { seed, training, generator, discriminator } = config;
  const { discriminatorSteps, generatorSteps, labels } = training;
  const order = createBatchOrder(batchPlan(config, dataset.count), seed);
  const updates = discriminatorSteps + generatorSteps - 1; // the first of each kind share one function

  /** Feeds that a function may take, made only if it does. `update` numbers the function calls of the whole run. */
  function makeFeeds(name: string, update: number, makers: Record<string, () => Feeds[string]>): Feeds {
    const dropoutSeed = () => Int32Array.of(new RandomStream(seed, 'dropout', update).bits());
    const all: Record<string, () => Feeds[string]> = { ...makers, dropoutSeed };
    const wanted = Object.keys(program.functions[name]!.feeds);
    return Object.fromEntries(wanted.map((feed) => [feed, all[feed]!()]));
  }

  function latentsFor(update: number, count: number): () => Float32Array {
    return () => drawLatents(generator.latent, count, new RandomStream(seed, 'latents', update));
  }

  function imageCall(step: number, turn: number): Call {
    const batch = step * discriminatorSteps + turn;
    const epoch = Math.floor(batch / schedule.batchesPerEpoch);
    const indices = order(epoch, batch % schedule.batchesPerEpoch);
    const count = indices.length;
    const last = turn === discriminatorSteps - 1; // the last discriminator update of a step comes with the generator's
    const name = last ? functionNames.step(count) : functionNames.discriminatorStep(count);
    const update = step * updates + turn;
    const labelStream = new RandomStream(seed, 'labels', update);
    const feeds = makeFeeds(name, update, {
      images: () => dataset.read(indices),
      latents: latentsFor(update, count),
      realLabels: () => drawLabels(labels, 'real', count, labelStream),
      fakeLabels: () => drawLabels(labels, 'fake', count, labelStream),
      discriminatorRates: () => Float32Array.from(adamRates(discriminator.optimizer, batch + 1)),
      generatorRates: () => Float32Array.from(adamRates(generator.optimizer, step * generatorSteps + 1)),
    });
    return { name, feeds, images: count };
  }

  function generatorCall(step: number, turn: number): Call {
    const name = functionNames.generatorStep;
    const update = step * updates + discriminatorSteps - 1 + turn;
    const feeds = makeFeeds(name, update, {
      latents: latentsFor(update, training.batchSize),
      generatorRates: () => Float32Array.from(adamRates(generator.optimizer, step * generatorSteps + turn + 1)),
    });
    return { name, feeds, images: 0 };
  }

  return (step) => [
    ...Array.from({ length: discriminatorSteps }, (_, turn) => imageCall(step, turn)),
    ...Array.from({ length: generatorSteps - 1 }, (_, turn) => generatorCall(step, turn + 1)),
  ];
}
