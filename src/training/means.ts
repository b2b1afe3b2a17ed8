// Running means of a tick, kept on the engine: a step adds to them, a tick reads and clears them.
import {
  add,
  cast,
  concat,
  greater,
  mean,
  reshape,
  sub,
  type Tensor,
  tensor1d,
  zerosLike,
} from '@tensorflow/tfjs-core';
import type { HostValues, ProgramFunction, Shape, Tensors } from '../engines/engine.ts';
import type { Reading } from './losses.ts';
import { augmentState } from './regularisation/adaptive-augment.ts';

/** What is averaged. Scores are how real the discriminator holds images to be; accuracies are the share it gets right. */
const quantities = [
  'discriminatorLoss',
  'realScore',
  'fakeScore',
  'realAccuracy',
  'fakeAccuracy',
  'generatorLoss',
] as const;

type Quantity = (typeof quantities)[number];
export type Means = Record<Quantity, number> & Partial<LossParts>;

/** What real and generated images each add to the discriminator's loss, without a penalty. */
interface LossParts {
  discriminatorLossReal: number;
  discriminatorLossFake: number;
}

const variable = (network: 'discriminator' | 'generator') => `means/${network}`;
const partsVariable = 'means/discriminator-parts'; // older checkpoints have none

export const meansVariables: Record<string, Shape> = {
  [variable('discriminator')]: [6],
  [partsVariable]: [3],
  [variable('generator')]: [2],
};

/** Adds a discriminator update: its loss, and the means of both verdicts, [B, 1] each. */
export function addDiscriminatorMeans(
  variables: Tensors,
  {
    loss,
    parts,
    real,
    fake,
  }: { loss: Tensor; parts: { real: Tensor; fake: Tensor } | undefined; real: Tensor; fake: Tensor },
  { score, realFrom }: Reading,
): Tensors {
  const name = variable('discriminator');
  const [realScores, fakeScores] = [score(real), score(fake)];
  const believed = (scores: Tensor) => mean(cast(greater(scores, realFrom), 'float32'));
  const values = [mean(realScores), mean(fakeScores), believed(realScores), sub(1, believed(fakeScores))];
  return {
    [name]: addRow(variables[name]!, [loss, ...values]),
    ...(parts && { [partsVariable]: addRow(variables[partsVariable]!, [parts.real, parts.fake]) }),
  };
}

/** Adds a generator update: its loss. */
export function addGeneratorMeans(variables: Tensors, loss: Tensor): Tensors {
  const name = variable('generator');
  return { [name]: addRow(variables[name]!, [loss]) };
}

/** sums: [count, ...sums]; adds [1, ...values]. */
function addRow(sums: Tensor, values: Tensor[]): Tensor {
  return add(sums, concat([tensor1d([1]), ...values.map((value) => reshape(value, [1]))]));
}

/** Reads the sums and sets them to zero; reads the state of adaptive augmentation, where there is one. */
export const drainMeans: ProgramFunction = {
  feeds: {},
  body(variables) {
    const names = Object.keys(meansVariables);
    const outputs = Object.fromEntries(names.map((name) => [name, variables[name]!]));
    const state = variables[augmentState];
    if (state) outputs[augmentState] = state;
    return { outputs, updates: Object.fromEntries(names.map((name) => [name, zerosLike(variables[name]!)])) };
  },
};

/** Means from sums; NaN where nothing was added, but for the parts of a loss, which are left out then. */
export function meansOf(sums: HostValues): Means {
  const [discriminatorCount, ...discriminator] = sums[variable('discriminator')]!;
  const [generatorCount, ...generator] = sums[variable('generator')]!;
  const values = [
    ...discriminator.map((sum) => sum / discriminatorCount!),
    ...generator.map((sum) => sum / generatorCount!),
  ];
  const means = Object.fromEntries(quantities.map((quantity, index) => [quantity, values[index]!])) as Means;
  const [partsCount = 0, real, fake] = sums[partsVariable] ?? [];
  if (partsCount === 0) return means;
  return { ...means, discriminatorLossReal: real! / partsCount, discriminatorLossFake: fake! / partsCount };
}

/** The names to read for a look at the sums without clearing them. */
export const meansNames = Object.keys(meansVariables);
