// Worker for stock tfjs-node: tf.layers and optimizer.minimize on tfjs-node-gpu's own backend and kernels.
// Only the binding is compiled by `dcgan engine install`, as the package's own can no longer be downloaded.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { loadBinding } from '../../src/engines/tensorflow/binding.ts';
import { findInstallation } from '../../src/engines/tensorflow/install/location.ts';
import { loadNodeBackend } from '../../src/engines/tensorflow/node-backend.ts';
import type { NetworkName } from '../../src/models/network.ts';
import { RandomStream } from '../../src/random.ts';
import type { Mode } from '../contestants.ts';
import type { Task } from '../task.ts';
import { type Runner, serve } from './serve.ts';
import { stockModel } from './tfjs-networks.ts';
import { type Models, scaledImages, stepOf } from './tfjs-step.ts';

async function prepareTraining(task: Task, _: Mode, folder: string): Promise<Runner> {
  const version = await startStockBackend();
  const weights = weightsOf(task, folder);
  const model = (name: NetworkName) => stockModel(name, task[name], (index) => weights(`${name}/${index}/`));
  const networks = { generator: model('generator'), discriminator: model('discriminator') };
  const images = readFileSync(join(folder, 'images.bin'));
  const step = stepOf(task.config, networks);
  const batches = batchesOf(task, images);
  const parameters = (network: tf.Sequential) => {
    const count = (tensors: readonly tf.Tensor[]) => tensors.reduce((sum, { size }) => sum + size, 0);
    return { all: network.countParams(), trainable: count(network.getWeights(true)) };
  };

  return {
    report: {
      parameters: { generator: parameters(networks.generator), discriminator: parameters(networks.discriminator) },
      scores: scoresOf(task, networks, images),
      versions: { node: process.versions.node, tfjs: tf.version['tfjs'], tensorflow: version },
    },
    async turn(count) {
      let losses: tf.Scalar[] = [];
      for (let i = 0; i < count; i++) {
        tf.dispose(losses);
        losses = tf.tidy(() => step(batches.next().value));
      }
      const [discriminator, generator] = losses.map((loss) => loss.dataSync()[0]!);
      tf.dispose(losses);
      return { discriminator: discriminator!, generator: generator! };
    },
  };
}

/** Registers the backend as tfjs-node-gpu's entry point does; importing that would look for a binding in node_modules. */
async function startStockBackend(): Promise<string> {
  const installation = findInstallation();
  if (!installation) throw new Error('The native engine is not installed; dcgan engine install sets it up.');
  const { binding } = loadBinding(installation);
  const NodeBackend = loadNodeBackend(installation, tf);
  tf.enableProdMode();
  tf.registerBackend('tensorflow', () => new NodeBackend(binding, '@tensorflow/tfjs-node-gpu'), 3);
  await tf.setBackend('tensorflow');
  return binding.TF_Version;
}

/** Initial values by name prefix, in the task's order. */
function weightsOf({ weights }: Task, folder: string): (prefix: string) => tf.Tensor[] {
  const bytes = readFileSync(join(folder, 'weights.bin'));
  const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  let offset = 0;
  const pieces = weights.map(({ name, shape }) => {
    const start = offset;
    offset += shape.reduce((product, side) => product * side, 1);
    return { name, shape: [...shape], values: values.slice(start, offset) };
  });
  return (prefix) =>
    pieces.filter(({ name }) => name.startsWith(prefix)).map((piece) => tf.tensor(piece.values, piece.shape));
}

/** Endless batches of images, reshuffled every epoch. */
function* batchesOf({ config, imageCount }: Task, images: Uint8Array): Generator<Uint8Array, never> {
  const { batchSize } = config.training;
  const imageBytes = images.length / imageCount;
  for (let epoch = 0; ; epoch++) {
    const order = new RandomStream(config.seed, 'data', epoch).permutation(imageCount);
    for (let first = 0; first + batchSize <= imageCount; first += batchSize) {
      const batch = new Uint8Array(batchSize * imageBytes);
      order.subarray(first, first + batchSize).forEach((index, place) => {
        batch.set(images.subarray(index * imageBytes, (index + 1) * imageBytes), place * imageBytes);
      });
      yield batch;
    }
  }
}

function scoresOf(task: Task, { generator, discriminator }: Models, images: Uint8Array): number[] {
  const { probeCount, probeLatents, imageCount } = task;
  return tf.tidy(() => {
    const real = scaledImages(task.config.data, images.subarray(0, (images.length / imageCount) * probeCount));
    const fake = generator.predict(tf.tensor2d(probeLatents, [probeCount, probeLatents.length / probeCount]));
    const scores = [real, fake as tf.Tensor].map((seen) => discriminator.predict(seen) as tf.Tensor);
    return scores.flatMap((score) => [...score.dataSync()]);
  });
}

await serve({ training: prepareTraining });
