// Options for opening a folder of images.
import type { ImageSpec } from '../decode/decode.ts';

export interface DatasetSpec extends ImageSpec {
  /** Share of the files that may be skipped because they cannot be read. */
  damagedLimit?: number;
  /** Decodes every file, even if it is cached. */
  verify?: boolean;
}
