// The generator in the browser: latents in, pixels out.
import { type Tensor, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import { toPixels } from '../../../pictures/images.ts';
import type { PageData } from '../page-data.ts';

export interface Generator {
  /** float32 [count, size] -> uint8 [count, height, width, channels]. */
  generate(latents: Float32Array): Promise<Uint8Array>;
  dispose(): void;
}

/** Loads the model onto the current backend. */
export async function loadGenerator({ latent: { size }, range }: PageData): Promise<Generator> {
  const model = await loadLayersModel(new URL('model.json', document.baseURI).href);
  return {
    async generate(latents) {
      const images = tidy(() => model.predict(tensor2d(latents, [latents.length / size, size])) as Tensor);
      const values = (await images.data()) as Float32Array;
      images.dispose();
      return toPixels(values, range);
    },
    dispose: () => model.dispose(),
  };
}
