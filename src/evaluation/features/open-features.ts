// Opens a feature network by name: the bundled MNIST classifier or an ONNX file.
import { resolve } from 'node:path';
import type { FeaturesConfig } from '../../config/schema/metrics.ts';
import type { Engine } from '../../engines/engine.ts';
import type { FeatureNetwork } from './feature-network.ts';
import { openMnistFeatures } from './mnist-features.ts';

/** Paths are relative to the root; write ./mnist for a file of that name. @throws DcganError as `openOnnxFeatures` */
export async function openFeatures(
  config: FeaturesConfig,
  { engine, root, size }: { engine: Engine; root: string; size: { height: number; width: number } },
): Promise<FeatureNetwork> {
  if (config.network === 'mnist') return openMnistFeatures(engine);
  const { openOnnxFeatures } = await import('./onnx-features.ts');
  return openOnnxFeatures(resolve(root, config.network), config, size);
}
