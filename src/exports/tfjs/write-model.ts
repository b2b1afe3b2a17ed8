// Writes Keras layers as files for tf.loadLayersModel: model.json, and the weights in shards of 4 MiB. Kernels can be stored as
// float16, which tf.loadLayersModel converts to float32.
import { join } from 'node:path';
import { encodeValues, fitsFloat16 } from '../../formats/value-types.ts';
import { writeFileAtomic } from '../../system/write-file.ts';
import { type KerasLayer, latentsName } from './keras-layer.ts';

const shardBytes = 4 * 2 ** 20;

/** `about` becomes the model's user-defined metadata. @returns the files, relative to the folder */
export async function writeLayersModel(
  folder: string,
  layers: readonly KerasLayer[],
  {
    inputSize,
    about,
    float16 = false,
  }: { inputSize: number; about: Readonly<Record<string, unknown>>; float16?: boolean },
): Promise<string[]> {
  const weights = layers.flatMap(({ name, weights = [] }) =>
    weights.map(({ part, shape, values }) => {
      const isHalf = float16 && shape.length > 1 && fitsFloat16(values);
      return {
        bytes: encodeValues(values, isHalf ? 'F16' : 'F32'),
        entry: {
          name: `${name}/${part}`,
          shape,
          dtype: 'float32',
          ...(isHalf && { quantization: { dtype: 'float16', original_dtype: 'float32' } }),
        },
      };
    }),
  );
  const shards = inShards(weights.map(({ bytes }) => bytes));
  const paths = shards.map((_, index) => `weights-${index + 1}-of-${shards.length}.bin`);
  const model = {
    format: 'layers-model',
    generatedBy: 'dcgan',
    convertedBy: null,
    modelTopology: topology(layers, inputSize),
    weightsManifest: [{ paths, weights: weights.map(({ entry }) => entry) }],
    userDefinedMetadata: about,
  };
  for (const [index, path] of paths.entries()) await writeFileAtomic(join(folder, path), shards[index]!);
  await writeFileAtomic(join(folder, 'model.json'), JSON.stringify(model));
  return ['model.json', ...paths];
}

/** Sequential, or a graph if a layer takes the outputs of others than its predecessor. */
function topology(layers: readonly KerasLayer[], inputSize: number) {
  const input = { batch_input_shape: [null, inputSize], dtype: 'float32', sparse: false, name: latentsName };
  const entries = [
    { class_name: 'InputLayer', config: input },
    ...layers.map(({ className, name, config }) => ({ class_name: className, config: { name, ...config } })),
  ];
  const isGraph = layers.some(({ inputs }) => inputs);
  return {
    class_name: isGraph ? 'Model' : 'Sequential',
    config: { name: 'generator', ...(isGraph ? graphOf(layers, entries) : { layers: entries }) },
    keras_version: '2.0.0',
    backend: 'tensor_flow.js',
  };
}

function graphOf(layers: readonly KerasLayer[], entries: readonly { config: { name: string } }[]) {
  const inputs = layers.map((layer, index) => layer.inputs ?? [index === 0 ? latentsName : layers[index - 1]!.name]);
  const connected = entries.map((entry, index) => ({
    ...entry,
    name: entry.config.name,
    inbound_nodes: index === 0 ? [] : [inputs[index - 1]!.map((name) => [name, 0, 0, {}])],
  }));
  return {
    layers: connected,
    input_layers: [[latentsName, 0, 0]],
    output_layers: [[layers.at(-1)!.name, 0, 0]],
  };
}

/** All values in sequence, little-endian, split into at least one shard of at most `shardBytes`. */
function inShards(arrays: readonly Uint8Array[]): Uint8Array[] {
  const bytes = Buffer.concat(arrays);
  const count = Math.max(1, Math.ceil(bytes.length / shardBytes));
  return Array.from({ length: count }, (_, i) => bytes.subarray(i * shardBytes, (i + 1) * shardBytes));
}
