// dcgan data prepare: downloads, draws or cuts out a dataset and writes it as a folder of images.
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

/** The dataset to prepare, by default in `<root>/data/`. */
export type PrepareOptions = {
  root: string;
  /** Output folder, relative to the root. */
  out?: string;
  /** Replaces a folder that was prepared earlier. */
  force?: boolean;
} & (MnistOptions | FashionOptions | IdxOptions | EmojiOptions | AvatarOptions | SheetOptions);

interface MnistOptions {
  dataset: 'mnist';
}

interface FashionOptions {
  dataset: 'fashion-mnist';
  /** Folders or files; defaults to those of Debian's package. */
  from?: readonly string[];
}

interface IdxOptions {
  dataset: 'idx';
  /** Folders of idx files, or the files. */
  from: readonly string[];
  /** Name of the folder in `data/`; defaults to that of the first folder or file. */
  name?: string;
}

interface EmojiOptions {
  dataset: 'emoji';
  /** `apple`, `google`, `twitter` (default, for its free licence), `facebook`, `emojione` (2.2.7 of 2017) or `fluent` (3D). */
  set?: string;
  /** Present category names, or older ones such as `people` (default) and `activity`. */
  categories?: readonly string[];
  /** Whether to include the five skin tone variants; off by default. */
  skinTones?: boolean;
  /** Whether to include only yellow, filled faces; off by default. */
  yellowFaces?: boolean;
  /** Height and width in pixels, 16 to 256, for the set `fluent` only; 64 by default. */
  size?: number;
}

interface AvatarOptions {
  dataset: 'avatars';
  count: number;
  /** Height and width in pixels; 64 by default. */
  size?: number;
  /** Drawing styles, used in turn, or `all` or `frontal`; `toon-head` and `personas` by default. */
  style?: readonly string[];
}

interface SheetOptions {
  dataset: 'sheet';
  file: string;
  /** Name of the folder in `data/`; defaults to the file's name. */
  name?: string;
  /** Size of one tile in pixels, without its margin. */
  tile: { width: number; height: number };
  /** Pixels around each tile; 0 by default. */
  margin?: number;
  /** Pixels between tiles, in addition to their margins; 0 by default. */
  spacing?: number;
  /** Skips tiles that are transparent or have a single colour; off by default. */
  skipEmpty?: boolean;
}

/**
 * Prepares a dataset unless it exists (`skipped`).
 * @throws DcganError `usage.*` for an unknown set, category or style
 */
export async function prepareData(
  options: PrepareOptions,
  onProgress: (event: PrepareProgress) => void,
): Promise<PreparedData> {
  const { root, out, force = false } = options;
  const target = { root, force, ...(out !== undefined && { directory: resolve(root, out) }) };
  switch (options.dataset) {
    case 'mnist':
      return prepareMnist(target, onProgress);
    case 'fashion-mnist':
      return prepareFashionMnist({ ...target, ...(options.from && { from: options.from }) }, onProgress);
    case 'idx': {
      const { from, name } = options;
      return prepareIdx({ ...target, from, ...(name !== undefined && { name }) }, onProgress);
    }
    case 'emoji': {
      const { categories = ['people'], skinTones = false, yellowFaces = false, size = 64 } = options;
      return prepareEmoji(
        { ...target, set: emojiSet(options.set), categories, skinTones, yellowFaces, size },
        onProgress,
      );
    }
    case 'avatars': {
      const { count, size = 64, style = ['toon-head', 'personas'] } = options;
      return prepareAvatars({ ...target, count, size, styles: resolveStyles(style) }, onProgress);
    }
    case 'sheet': {
      const { file, tile, margin = 0, spacing = 0, skipEmpty = false } = options;
      const name = options.name === undefined ? {} : { name: options.name };
      return prepareSheet({ ...target, file, ...name, tile, margin, spacing, skipEmpty }, onProgress);
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
