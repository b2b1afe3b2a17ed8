// Running means of losses and scores, summed on the engine: each step adds to them, each log line reads and clears them.
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
import type { ScoreRule } from './losses.ts';
import { augmentState } from './regularisation/adaptive-augment.ts';

/** A higher score means that the discriminator considers an image more real; accuracies are the shares it classifies correctly. */
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

/** The terms of real and of fake images in the discriminator's loss, without a penalty. */
interface LossParts {
  discriminatorLossReal: number;
  discriminatorLossFake: number;
}

const variable = (network: 'discriminator' | 'generator') => `means/${network}`;
const partsVariable = 'means/discriminator-parts'; // absent in old checkpoints

export const meansVariables: Record<string, Shape> = {
  [variable('discriminator')]: [6], // count, loss, both scores, both accuracies
  [partsVariable]: [3], // count, real, fake
  [variable('generator')]: [2], // count, loss
};

/** Adds the loss, scores and accuracies of one discriminator update. Logits: [B, 1]; losses: scalars. */
export function addDiscriminatorMeans(
  variables: Tensors,
  result: {
    loss: Tensor;
    parts: { real: Tensor; fake: Tensor } | undefined;
    realLogits: Tensor;
    fakeLogits: Tensor;
  },
  { score, realAbove }: ScoreRule,
): Tensors {
  const name = variable('discriminator');
  const { loss, parts, realLogits, fakeLogits } = result;
  const [realScores, fakeScores] = [score(realLogits), score(fakeLogits)];
  const shareReal = (scores: Tensor) => mean(cast(greater(scores, realAbove), 'float32'));
  const values = [mean(realScores), mean(fakeScores), shareReal(realScores), sub(1, shareReal(fakeScores))];
  return {
    [name]: addRow(variables[name]!, [loss, ...values]),
    ...(parts && { [partsVariable]: addRow(variables[partsVariable]!, [parts.real, parts.fake]) }),
  };
}

/** Adds the loss of one generator update. */
export function addGeneratorMeans(variables: Tensors, loss: Tensor): Tensors {
  const name = variable('generator');
  return { [name]: addRow(variables[name]!, [loss]) };
}

/** sums: [count, ...sums]; adds [1, ...values]. */
function addRow(sums: Tensor, values: Tensor[]): Tensor {
  return add(sums, concat([tensor1d([1]), ...values.map((value) => reshape(value, [1]))]));
}

/** Reads the sums and sets them to zero; also reads the state of adaptive augmentation, if any. */
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

/** sums -> means; NaN for a network without updates. The parts of the loss are omitted if it has none. */
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

/** Variables to read the sums without clearing them. */
export const meansNames = Object.keys(meansVariables);
