// What the page knows of its generator before the model is there. It stands in index.html as JSON.
import type { Config } from '../../config/config.ts';

export interface PageData {
  /** What downloads are called. */
  name: string;
  latent: Config['generator']['latent'];
  image: Pick<Config['data'], 'height' | 'width' | 'channels'>;
  /** The values that are 0 and 255. */
  range: readonly [number, number];
  /** Latent dimensions that have a slider, the most visible first. */
  dimensions: readonly number[];
}
