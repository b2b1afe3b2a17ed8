// Feature networks from ONNX files, run by ONNX Runtime, an optional package that is loaded only here.
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { InferenceSession } from 'onnxruntime-web';
import type { FeaturesConfig } from '../../config/schema/metrics.ts';
import { DcganError, messageOf } from '../../errors.ts';
import { importOptional, type OptionalPackage } from '../../system/optional-package.ts';
import { readRegular } from '../../system/read-file.ts';
import type { FeatureNetwork } from './feature-network.ts';
import { type ImageTensor, readImageTensor, readOutput } from './onnx-tensors.ts';

type OnnxRuntime = typeof import('onnxruntime-web');

const maxFileBytes = 2 ** 30; // Inception has 90 MB
const maxValues = 2 ** 20; // of one call's input, 4 MiB: three images of 299 pixels, about a second of WebAssembly
const maxPerCall = 64;

/**
 * Opens the file and checks its input and output; the config completes what the input's shape leaves open.
 * @throws DcganError `usage.features-file`, `usage.features-input`, `usage.features-output`, `engine.no-onnx-runtime`
 */
export async function openOnnxFeatures(path: string, config: FeaturesConfig, own: ImageSize): Promise<FeatureNetwork> {
  const bytes = await readRegular(path, maxFileBytes).catch((error) => {
    throw unreadable(path, error);
  });
  const runtime = await loadRuntime();
  const session = await createSession(runtime, path, bytes);
  const input = readImageTensor(session, config, path);
  const output = readOutput(session, config, path);
  const { height, width } = input.size === 'any' ? own : input.size;
  checkInput(path, { ...input, height, width });
  const fitting = Math.max(1, Math.floor(maxValues / (height * width * input.channels)));
  return {
    name: basename(path),
    sha256: createHash('sha256').update(bytes).digest('hex'),
    input,
    imagesPerCall: input.batch ?? Math.min(maxPerCall, fitting),
    run: (values, images) => runSession({ runtime, session, input, output, path, own }, values, images),
    dispose: () => session.release(),
  };
}

interface ImageSize {
  height: number;
  width: number;
}

interface Opened {
  runtime: OnnxRuntime;
  session: InferenceSession;
  input: ImageTensor;
  output: string;
  path: string;
  own: ImageSize;
}

const maxInputValues = 2 ** 26; // of one call, 256 MiB as float32: an RGB image of 4096 x 4096

/** The file decides how much is allocated, so that is limited first. @throws DcganError `usage.features-input` */
function checkInput(path: string, { batch = 1, channels, height, width }: ImageTensor & ImageSize): void {
  if (batch * channels * height * width <= maxInputValues) return;
  throw new DcganError(
    'usage.features-input',
    {
      happened: `${path} takes ${batch === 1 ? 'images' : `${batch} images at once, each`} of ${width} x ${height} pixels and ${channels} channels.`,
      expected: `At most ${maxInputValues} values are processed at once: one RGB image of 4096 x 4096.`,
      fix: 'Export the network with a dynamic batch axis and a fixed image size, e.g. 299 x 299.',
    },
    { data: { path, batch, channels, height, width } },
  );
}

const maxFeatures = 2 ** 14; // per image; distances take square matrices of them, 2 GiB each

async function runSession(opened: Opened, values: Float32Array, images: number): Promise<Float32Array> {
  const { runtime, session, input, output, path, own } = opened;
  const { height, width } = input.size === 'any' ? own : input.size;
  const batch = input.batch ?? images;
  const { channels, layout, type } = input;
  const dims = layout === 'nchw' ? [batch, channels, height, width] : [batch, height, width, channels];
  const filled = new Float32Array(batch * height * width * channels);
  filled.set(values);
  const data =
    type === 'uint8' ? Uint8Array.from(filled, (value) => Math.round(Math.min(255, Math.max(0, value)))) : filled;
  const tensor = type === 'uint8' ? new runtime.Tensor(type, data, dims) : new runtime.Tensor(type, filled, dims);
  const results = await session.run({ [input.name]: tensor }, [output]).catch((error) => {
    throw notRun(path, dims, error);
  });
  const { dims: shape, data: features } = results[output]!;
  const size = features.length / batch;
  if (!(features instanceof Float32Array) || shape[0] !== batch || shape.slice(2).some((side) => side !== 1)) {
    throw wrongOutput(path, output, `${results[output]!.type} [${shape.join(', ')}] for ${batch} images`);
  }
  if (size < 1 || size > maxFeatures) throw wrongOutput(path, output, `${size} values for each image`);
  if (!features.every(Number.isFinite)) throw wrongOutput(path, output, 'NaN or infinite values');
  return features.slice(0, images * size);
}

const version = '1.30.0';

/** Only the plain WebAssembly build: 14 MB instead of 143. */
export const onnxPackage: OptionalPackage = {
  name: 'onnxruntime-web',
  version,
  integrity: 'sha512-q0y+JrrtukXSzsBWEMccVfqX25LRmosXHF+CaRJmg8pZClzcV7svNc4rKY3jL02Vb7QmRMDs1SigqR4CXAfKYQ==',
  files: /^(package\.json|dist\/ort\.node\.min\.mjs|dist\/ort-wasm-simd-threaded\.(mjs|wasm))$/,
  entry: 'dist/ort.node.min.mjs',
  imports: [
    {
      name: 'onnxruntime-common',
      version,
      integrity: 'sha512-7fdVWjAID1dVhH/G8qK3APARunV4VkBFoCQAP7qp4Wkab0mrorvmc+sqiT+mKXOzDqdjN5j+/Z9nb4gzNPWcyA==',
      files: /^(package\.json|dist\/esm\/.*\.js)$/,
    },
  ],
};

/** Prefers onnxruntime-node, which is faster, if the user has installed it. */
async function loadRuntime(): Promise<OnnxRuntime> {
  const native = 'onnxruntime-node';
  return import(native).catch(() =>
    importOptional(onnxPackage).catch((error) => {
      throw new DcganError(
        'engine.no-onnx-runtime',
        {
          happened: `ONNX files need the package onnxruntime-web, which cannot be loaded: ${messageOf(error)}`,
          fix: '`dcgan engine install --onnx` fetches it; --features mnist needs no package.',
        },
        { cause: error },
      );
    }),
  );
}

async function createSession(runtime: OnnxRuntime, path: string, bytes: Uint8Array): Promise<InferenceSession> {
  try {
    return await runtime.InferenceSession.create(bytes, { logSeverityLevel: 4 });
  } catch (error) {
    const happened = `${path} is no ONNX file that ONNX Runtime can load: ${messageOf(error).split('\n')[0]}`;
    const expected = 'Weights must be in the file itself, not in one beside it.';
    throw new DcganError('usage.features-file', { happened, expected }, { cause: error, data: { path } });
  }
}

function unreadable(path: string, error: unknown): DcganError {
  return new DcganError(
    'usage.features-file',
    {
      happened: `The feature network ${path} cannot be read: ${messageOf(error)}.`,
      fix: '--features mnist, or --features with the path of an ONNX file.',
    },
    { cause: error, data: { path } },
  );
}

function notRun(path: string, dims: readonly number[], error: unknown): DcganError {
  return new DcganError(
    'usage.features-input',
    {
      happened: `${path} cannot process images of [${dims.join(', ')}]: ${messageOf(error).split('\n')[0]}`,
      fix: 'Set the input that its authors document, e.g. --features-set size=299 or --features-set layout=nhwc.',
    },
    { cause: error, data: { path } },
  );
}

function wrongOutput(path: string, output: string, what: string): DcganError {
  return new DcganError('usage.features-output', {
    happened: `The output ${output} of ${path} is ${what}.`,
    expected: 'Features are float32 [images, values], one vector per image.',
    fix: '--features-set output=NAME names another output.',
  });
}
