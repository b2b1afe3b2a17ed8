// Extracts features of images by a feature network.

import { countImages, type Images, sliceImages } from '../../pictures/images.ts';
import { type Features, featuresOf } from '../metrics/features.ts';
import type { Work } from '../metrics/work.ts';
import { describeInput, type NetworkInput, prepareInput } from './network-input.ts';

export interface FeatureNetwork {
  /** `mnist`, or the file's name. */
  name: string;
  /** Hash of the weights file. */
  sha256: string;
  input: NetworkInput;
  /** Maximum number of images per call, or the fixed number that the network takes. */
  imagesPerCall: number;
  /** The result of `prepareInput` for 1 to `imagesPerCall` images -> float32 [images, size]. */
  run(values: Float32Array, images: number): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** The feature network as an evaluation records it. */
export interface FeaturesUsed {
  network: string;
  sha256: string;
  /** Values per image. */
  size: number;
  input: string;
}

/** Holds float32 [n, size] in memory. */
export async function extractFeatures(
  network: FeatureNetwork,
  images: Images,
  { onProgress }: Work,
): Promise<Features> {
  const count = countImages(images);
  let features: Float32Array | undefined;
  for (let first = 0; first < count; first += network.imagesPerCall) {
    const some = sliceImages(images, first, Math.min(network.imagesPerCall, count - first));
    const values = await network.run(prepareInput(some, network.input), countImages(some));
    features ??= new Float32Array((values.length / countImages(some)) * count);
    features.set(values, (features.length / count) * first);
    await onProgress(Math.min(count, first + network.imagesPerCall), count);
  }
  return featuresOf(features!, features!.length / count);
}

export function describeFeatures({ name, sha256, input }: FeatureNetwork, { size }: Features): FeaturesUsed {
  return { network: name, sha256, size, input: describeInput(input) };
}
