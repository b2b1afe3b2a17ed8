// Which network compares images, by its name: the classifier of digits, or an ONNX file.
import { resolve } from 'node:path';
import type { FeaturesConfig } from '../../config/schema/metrics.ts';
import type { Engine } from '../../engines/engine.ts';
import type { FeatureNetwork } from './feature-network.ts';
import { openMnistFeatures } from './mnist-features.ts';

/** `mnist` is the classifier; a file is meant relative to the root (./mnist is one). @throws DcganError as `openOnnxFeatures` */
export async function openFeatures(
  config: FeaturesConfig,
  { engine, root, size }: { engine: Engine; root: string; size: { height: number; width: number } },
): Promise<FeatureNetwork> {
  if (config.network === 'mnist') return openMnistFeatures(engine);
  const { openOnnxFeatures } = await import('./onnx-features.ts');
  return openOnnxFeatures(resolve(root, config.network), config, size);
}
