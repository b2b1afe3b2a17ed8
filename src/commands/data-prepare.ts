// `dcgan data prepare`: fetches, draws or cuts a dataset and writes it as a folder of images that `dcgan train` reads.
import { resolve } from 'node:path';
import { resolveStyles } from '../data/prepare/avatar-styles.ts';
import type { EmojiSet } from '../data/prepare/emoji-vendors.ts';
import type { PrepareProgress } from '../data/prepare/npm-package.ts';
import { prepareAvatars } from '../data/prepare/prepare-avatars.ts';
import { emojiSets, prepareEmoji } from '../data/prepare/prepare-emoji.ts';
import { prepareFashionMnist, prepareIdx } from '../data/prepare/prepare-idx.ts';
import { prepareMnist } from '../data/prepare/prepare-mnist.ts';
import { prepareSheet } from '../data/prepare/prepare-sheet.ts';
import type { PreparedData } from '../data/prepare/prepared-folder.ts';
import { DcganError } from '../errors.ts';

/** What to prepare, by default under `<root>/data/`. */
export type PrepareOptions = {
  root: string;
  /** Another folder, relative to the root. */
  out?: string;
  /** Replaces a folder that was prepared before. */
  force?: boolean;
} & (MnistOptions | FashionOptions | IdxOptions | EmojiOptions | AvatarOptions | SheetOptions);

interface MnistOptions {
  dataset: 'mnist';
}

interface FashionOptions {
  dataset: 'fashion-mnist';
  /** Folders or files; by default where Debian's package has them. */
  from?: readonly string[];
}

interface IdxOptions {
  dataset: 'idx';
  /** Folders of idx files, or the files. */
  from: readonly string[];
  /** The folder's name in `data/`; by default that of the first folder or file. */
  name?: string;
}

interface EmojiOptions {
  dataset: 'emoji';
  /** `apple`, `google`, `twitter` (the default, for its free licence), `facebook`, `emojione` (2.2.7 of 2017) or `fluent` (3D). */
  set?: string;
  /** Today's category names or older ones such as `people` (the default) and `activity`. */
  categories?: readonly string[];
  /** Whether to take the five skin tones of an emoji besides the yellow one; off by default. */
  skinTones?: boolean;
  /** Only yellow faces that fill their square; off by default. */
  yellowFaces?: boolean;
  /** Height and width in pixels, 16 to 256; of the set `fluent` only. 64 by default. */
  size?: number;
}

interface AvatarOptions {
  dataset: 'avatars';
  count: number;
  /** Height and width in pixels; 64 by default. */
  size?: number;
  /** Which drawings, taking turns, or `all` or `frontal`; `toon-head` and `personas` by default. */
  style?: readonly string[];
}

interface SheetOptions {
  dataset: 'sheet';
  file: string;
  /** The folder's name in `data/`; by default that of the file. */
  name?: string;
  /** Size of one tile in pixels, without its margin. */
  tile: { width: number; height: number };
  /** Pixels around each tile; 0 by default. */
  margin?: number;
  /** Pixels between a tile with its margin and the next one; 0 by default. */
  spacing?: number;
  /** Leaves out tiles that are transparent or of a single colour; off by default. */
  skipEmpty?: boolean;
}

/** Prepares a dataset, unless it is there already (`skipped`). Throws DcganError `usage.*` for an unknown set, category or style. */
export async function prepareData(
  options: PrepareOptions,
  onProgress: (event: PrepareProgress) => void,
): Promise<PreparedData> {
  const { root, out, force = false } = options;
  const place = { root, force, ...(out !== undefined && { directory: resolve(root, out) }) };
  switch (options.dataset) {
    case 'mnist':
      return prepareMnist(place, onProgress);
    case 'fashion-mnist':
      return prepareFashionMnist({ ...place, ...(options.from && { from: options.from }) }, onProgress);
    case 'idx': {
      const { from, name } = options;
      return prepareIdx({ ...place, from, ...(name !== undefined && { name }) }, onProgress);
    }
    case 'emoji': {
      const { categories = ['people'], skinTones = false, yellowFaces = false, size = 64 } = options;
      return prepareEmoji(
        { ...place, set: emojiSet(options.set), categories, skinTones, yellowFaces, size },
        onProgress,
      );
    }
    case 'avatars': {
      const { count, size = 64, style = ['toon-head', 'personas'] } = options;
      return prepareAvatars({ ...place, count, size, styles: resolveStyles(style) }, onProgress);
    }
    case 'sheet': {
      const { file, tile, margin = 0, spacing = 0, skipEmpty = false } = options;
      const name = options.name === undefined ? {} : { name: options.name };
      return prepareSheet({ ...place, file, ...name, tile, margin, spacing, skipEmpty }, onProgress);
    }
  }
}

function emojiSet(name = 'twitter'): EmojiSet {
  const set = emojiSets.find((known) => known === name);
  if (set) return set;
  throw new DcganError('usage.emoji-set', {
    happened: `There is no emoji set "${name}".`,
    expected: `The sets are ${emojiSets.join(', ')}.`,
  });
}
