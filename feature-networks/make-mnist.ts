// Trains the classifier that `--features mnist` compares images by, with this program's own layers and engine, and writes
// feature-networks/mnist.safetensors: npx tsx src/main.ts data prepare mnist && npx tsx feature-networks/make-mnist.ts
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { logSoftmax, mean, mul, neg, type Scalar, sum, type Tensor, unstack } from '@tensorflow/tfjs-core';
import type { OptimizerConfig } from '../src/config/config.ts';
import { listImages } from '../src/data/dataset/files.ts';
import { type Dataset, openImages } from '../src/data/dataset/open.ts';
import type { Feeds, HostValues, Program } from '../src/engines/engine.ts';
import { openEngine } from '../src/engines/open.ts';
import { digits, mnistClassifier, mnistFeatures, withoutLogits } from '../src/evaluation/features/mnist-network.ts';
import { decodeSafetensors, encodeSafetensors } from '../src/formats/safetensors.ts';
import { elementCount } from '../src/formats/tensor-shape.ts';
import { initialValues } from '../src/models/initial-values.ts';
import { applyNetwork, parametersOf } from '../src/models/network.ts';
import { RandomStream } from '../src/random.ts';
import { packageDirectory } from '../src/system/package-directory.ts';
import { adamRates, applyGradients, optimizerVariables } from '../src/training/optimizer.ts';
import {
  beginStep,
  endStep,
  forward,
  gradientsOf,
  setVariables,
  trainableWeights,
} from '../src/training/step-state.ts';

const [seed, epochs, batchSize, testBatch, learningRate] = [0, 8, 100, 500, 2e-3];
const adam = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, form: 'pytorch' } satisfies Partial<OptimizerConfig>;
const classifier = mnistClassifier();

interface Digits {
  dataset: Dataset;
  /** The digit of each image: the name of its folder. */
  labels: number[];
}

async function openDigits(split: 'train' | 'test'): Promise<Digits> {
  const directory = join(packageDirectory, 'data', 'mnist', split);
  const spec = { directory, height: 28, width: 28, channels: 1, background: '#ffffff', fit: 'cover' } as const;
  const { files } = await listImages(directory, () => {});
  const labels = files.map(({ path }) => Number(path.split('/')[0]));
  return { dataset: await openImages(spec), labels };
}

const program: Program = {
  variables: {
    ...Object.fromEntries(parametersOf(classifier).map(({ name, shape }) => [name, shape])),
    ...optimizerVariables(classifier),
  },
  functions: {
    step: {
      feeds: {
        images: { shape: [batchSize, 28, 28, 1], dtype: 'uint8' },
        labels: { shape: [batchSize, digits], dtype: 'float32' },
        rates: { shape: [2], dtype: 'float32' },
        noiseSeed: { shape: [1], dtype: 'int32' },
      },
      body(variables, feeds) {
        const state = beginStep(variables, feeds);
        const { gradients } = gradientsOf(trainableWeights(state, classifier), (weights) => {
          const logits = forward(state, classifier, inRange(feeds['images']!), weights); // [B, 10]
          return { loss: neg(mean(sum(mul(feeds['labels']!, logSoftmax(logits)), -1))) }; // cross-entropy
        });
        const [stepSize, epsilon] = unstack(feeds['rates']!) as [Scalar, Scalar];
        setVariables(state, applyGradients(state.variables, gradients, { stepSize, epsilon }, adam));
        return endStep(state);
      },
    },
    classify: {
      feeds: { images: { shape: [testBatch, 28, 28, 1], dtype: 'uint8' } },
      body: (variables, feeds) => ({
        outputs: {
          features: applyNetwork(withoutLogits(classifier), inRange(feeds['images']!), { variables, training: false })
            .y,
          logits: applyNetwork(classifier, inRange(feeds['images']!), { variables, training: false }).y,
        },
      }),
    },
  },
};

/** 0..255 to -1..1. */
function inRange(images: Tensor): Tensor {
  return images.div(127.5).sub(1);
}

/** What a step is fed: its images and labels, a rate that falls to 0 in a straight line, the seed of its masks. */
function feedsOf({ dataset, labels }: Digits, indices: Uint32Array, step: number, steps: number): Feeds {
  const oneHot = new Float32Array(batchSize * digits);
  for (const [row, index] of indices.entries()) oneHot[row * digits + labels[index]!] = 1;
  return {
    images: dataset.read(indices),
    labels: oneHot,
    rates: Float32Array.from(adamRates(adam, learningRate * (1 - step / steps), step + 1)),
    noiseSeed: Int32Array.of(new RandomStream(seed, 'dropout', step).bits() | 0),
  };
}

/** Weights as the file holds them, in 16 bits: what is measured is what is shipped. */
function inHalves(values: HostValues): Uint8Array[] {
  const tensors = parametersOf(classifier).map(({ name, shape }) => [
    name,
    { shape, values: values[name]!, type: shape.length > 1 ? 'F16' : 'F32' } as const,
  ]);
  return encodeSafetensors(Object.fromEntries(tensors));
}

const { engine } = await openEngine('auto');
const compiled = await engine.compile(program, { precision: 'float32' });
const zeros = Object.entries(program.variables).map(([name, shape]) => [name, new Float32Array(elementCount(shape))]);
await compiled.write({ ...Object.fromEntries(zeros), ...initialValues([classifier], seed) });

const train = await openDigits('train');
const stepsPerEpoch = Math.floor(train.dataset.count / batchSize);
for (let epoch = 0; epoch < epochs; epoch++) {
  const order = new RandomStream(seed, 'order', epoch).permutation(train.dataset.count);
  for (let i = 0; i < stepsPerEpoch; i++) {
    const indices = order.subarray(i * batchSize, (i + 1) * batchSize);
    await compiled.run('step', feedsOf(train, indices, epoch * stepsPerEpoch + i, epochs * stepsPerEpoch));
  }
  console.log(`epoch ${epoch + 1}: ${await wrongOf(await openDigits('test'))} of 10,000 test digits wrong`);
}
const file = join(packageDirectory, 'feature-networks', 'mnist.safetensors');
writeFileSync(file, Buffer.concat(inHalves(await inUnits(await compiled.read()))));
const { tensors } = decodeSafetensors(readFileSync(file), file);
await compiled.write(Object.fromEntries(Object.entries(tensors).map(([name, { values }]) => [name, values])));
console.log(`as written: ${await wrongOf(await openDigits('test'))} of 10,000 test digits wrong`);

/** The same classifier with features whose mean square over the training digits is 1, which is the scale that a kernel distance wants. */
async function inUnits(values: HostValues): Promise<HostValues> {
  let sum = 0;
  for (let first = 0; first < train.dataset.count; first += testBatch) {
    const indices = Uint32Array.from({ length: testBatch }, (_, i) => first + i);
    const { features } = await compiled.run('classify', { images: train.dataset.read(indices) });
    sum += features!.reduce((total, value) => total + value * value, 0);
  }
  const scale = 1 / Math.sqrt(sum / (train.dataset.count * mnistFeatures));
  const [features, verdict] = parametersOf(classifier).filter(
    ({ part, shape }) => part === 'kernel' && shape.length === 2,
  );
  const bias = features!.name.replace('kernel', 'bias');
  const scaled = (name: string, by: number) => ({ [name]: values[name]!.map((value) => value * by) });
  return { ...values, ...scaled(features!.name, scale), ...scaled(bias, scale), ...scaled(verdict!.name, 1 / scale) };
}

async function wrongOf({ dataset, labels }: Digits): Promise<number> {
  let wrong = 0;
  for (let first = 0; first < dataset.count; first += testBatch) {
    const indices = Uint32Array.from({ length: testBatch }, (_, i) => first + i);
    const { logits } = await compiled.run('classify', { images: dataset.read(indices) });
    for (const [i, index] of indices.entries()) {
      const scores = logits!.subarray(i * digits, (i + 1) * digits);
      if (scores.indexOf(Math.max(...scores)) !== labels[index]) wrong++;
    }
  }
  return wrong;
}
