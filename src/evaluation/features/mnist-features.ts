// `--features mnist`: the classifier in feature-networks/mnist.safetensors, on the engine that also generates the images.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine, Program } from '../../engines/engine.ts';
import { decodeSafetensors } from '../../formats/safetensors.ts';
import { applyNetwork, parametersOf } from '../../models/network.ts';
import { packageDirectory } from '../../system/package-directory.ts';
import type { FeatureNetwork } from './feature-network.ts';
import { mnistClassifier, mnistFeatures, withoutLogits } from './mnist-network.ts';
import type { NetworkInput } from './network-input.ts';

const imagesPerCall = 64;
const file = join(packageDirectory, 'feature-networks', 'mnist.safetensors');

export async function openMnistFeatures(engine: Engine): Promise<FeatureNetwork> {
  const bytes = await readFile(file);
  const { tensors } = decodeSafetensors(bytes, file);
  const network = withoutLogits(mnistClassifier());
  const [height, width, channels] = network.input as [number, number, 1];
  const program: Program = {
    variables: Object.fromEntries(parametersOf(network).map(({ name, shape }) => [name, shape])),
    functions: {
      features: {
        feeds: { images: { shape: [imagesPerCall, height, width, channels], dtype: 'float32' } },
        skipTuning: true,
        body: (variables, feeds) => ({
          outputs: { features: applyNetwork(network, feeds['images']!, { variables, training: false }).y },
        }),
      },
    },
  };
  const compiled = await engine.compile(program, { precision: 'float32' });
  await compiled.write(Object.fromEntries(parametersOf(network).map(({ name }) => [name, tensors[name]!.values])));
  const input: NetworkInput = {
    layout: 'nhwc',
    channels,
    size: { height, width },
    range: [-1, 1],
    resizer: 'bilinear',
  };
  return {
    name: 'mnist',
    sha256: createHash('sha256').update(bytes).digest('hex'),
    input,
    imagesPerCall,
    async run(values, images) {
      const batch = new Float32Array(imagesPerCall * height * width * channels); // padded with gray
      batch.set(values);
      const { features } = await compiled.run('features', { images: batch });
      return features!.subarray(0, images * mnistFeatures);
    },
    dispose: async () => compiled.dispose(),
  };
}
