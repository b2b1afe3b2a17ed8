// Describes the generator to the page before the model is loaded, as JSON in index.html.
import type { Config } from '../../config/config.ts';

export interface PageData {
  /** For file names of downloads. */
  name: string;
  latent: Config['generator']['latent'];
  image: Pick<Config['data'], 'height' | 'width' | 'channels'>;
  /** The values of black and white, 0 and 255. */
  range: readonly [number, number];
  /** Latent dimensions that have a slider, the most visible first. */
  dimensions: readonly number[];
}
