// The emoji sets that are published as npm packages: source, licence, and how each package lists its images.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DcganError } from '../../errors.ts';
import type { NpmPackage } from '../../system/npm-package.ts';
import { chooseEmoji, type Emoji, resolveCategories } from './emoji-filter.ts';

export type EmojiSet = 'apple' | 'google' | 'twitter' | 'facebook' | 'emojione' | 'fluent';

export interface EmojiVendor {
  source: NpmPackage;
  /** The package whose emoji.json lists the emoji. @default `source` */
  list?: NpmPackage;
  /** Of the package. */
  author: string;
  licence: string;
  /** Folder of the images in the package. */
  imageFolder: string;
  /** Height and width of the images. */
  sidePixels: number;
  /** Maximum of additional rows that some of them have. */
  maxExtraRows?: number;
  /** Converts category names to those of the list. @throws DcganError `usage.category` */
  resolveCategories(names: readonly string[]): string[];
  /** File names of the selected emoji in the unpacked package; `categories` are those of the list. */
  choose(
    unpacked: { images: string; list: string },
    choice: { categories: readonly string[]; skinTones: boolean },
  ): Promise<string[]>;
}

const version = '16.0.0';

function datasource(set: EmojiSet, licence: string, integrity: string): EmojiVendor {
  return {
    source: { name: `emoji-datasource-${set}`, version, integrity },
    author: 'Cal Henderson',
    licence: `the package is MIT; the images are ${licence}`,
    imageFolder: `img/${set}/64/`,
    sidePixels: 64,
    resolveCategories,
    async choose({ list }, choice) {
      return chooseEmoji((await readList(list)) as Emoji[], { set, ...choice });
    },
  };
}

/** EmojiOne 2.2.7 (2017) lists skin tone variants as separate entries, such as `boy_tone1`. */
const emojione: EmojiVendor = {
  source: {
    name: 'emojione',
    version: '2.2.7',
    integrity: 'sha512-Gbf8qysc34+TFUS5HPwOUY62v8gjLuPmfVTWUR/zirULSYUe/D3MrvYo0W5Y2gScF1YI7EBe5t81IbD8q144Ag==',
  },
  author: 'Ranks.com Inc.',
  licence: 'the package is MIT; the images are EmojiOne 2, CC BY 4.0',
  imageFolder: 'assets/png/',
  sidePixels: 64,
  resolveCategories(names) {
    return names.map((name) => {
      const category = emojioneCategories.find((known) => known === name.trim().toLowerCase());
      if (category !== undefined) return category;
      throw new DcganError('usage.category', {
        happened: `EmojiOne has no category "${name}".`,
        expected: `Its categories are ${emojioneCategories.join(', ')}.`,
      });
    });
  },
  async choose({ list }, { categories, skinTones }) {
    const emoji = (await readList(list)) as Record<string, { category: string; unicode: string }>;
    return Object.entries(emoji)
      .filter(([name, { category }]) => categories.includes(category) && (skinTones || !name.includes('_tone')))
      .map(([, { unicode }]) => `${unicode}.png`);
  },
};

const emojioneCategories = [
  'people',
  'nature',
  'food',
  'activity',
  'travel',
  'objects',
  'symbols',
  'flags',
  'regional',
  'modifier',
];

/** Microsoft's Fluent Emoji, rendered in 3D. The package has no list, so the categories are those of Unicode's. */
const fluent: EmojiVendor = {
  source: {
    name: '@lobehub/fluent-emoji-3d',
    version: '1.1.0',
    integrity: 'sha512-Wlq2lVStTnr8BDpIJ0pEnTKO4LuDxxqTEhTvRtD1DLRF0me7ogeRQjKoehDHXuVJ2Qaecgl5wRBv60lUAG3h7g==',
  },
  list: {
    name: 'emoji.json',
    version: '16.0.0',
    integrity: 'sha512-OWFSIAA5ZY2D7KTPxnS/oZTk5cs4ZE4+w/bHkpS+t6hj4AUwDH0okBGuffvsli6WMIimfgxb8ofadPC+UR+glw==',
  },
  author: 'LobeHub',
  licence: 'the package is MIT; the images are Fluent Emoji by Microsoft, MIT',
  imageFolder: 'assets/',
  sidePixels: 256,
  maxExtraRows: 8,
  resolveCategories,
  async choose({ images, list }, { categories, skinTones }) {
    const emoji = (await readList(list)) as { codes: string; group: string }[];
    const drawn = new Set(await readdir(join(images, 'assets')));
    return emoji
      .filter(({ group, codes }) => categories.includes(group) && (skinTones || !/ 1F3F[B-F]\b/.test(codes)))
      .map(({ codes }) => `${codes.toLowerCase().replaceAll(' ', '-')}.webp`)
      .filter((file) => drawn.has(file));
  },
};

function readList(unpacked: string): Promise<unknown> {
  return readFile(join(unpacked, 'emoji.json'), 'utf8').then(JSON.parse);
}

export const emojiVendors: Readonly<Record<EmojiSet, EmojiVendor>> = {
  apple: datasource(
    'apple',
    'Apple Color Emoji, copyright Apple Inc.; not licensed for commercial use',
    'sha512-dVYjsK0FnCry9F+PBtnivhG2K0xdwlmqYaSgiUtztUdAGPYiHYhZcVKvNBqC791g2qyEcFNTBO6utg4eQ3uLTw==',
  ),
  google: datasource(
    'google',
    'Noto Emoji by Google, Apache License 2.0',
    'sha512-ZRexfzs7MVoLnmzZmNsO4TKhnAJp5D++Vm6PpUpH/jEQQlemp3l88CjZ+DoZ2faM9R4QxZkOPJCoT8DlPhfQ3A==',
  ),
  twitter: datasource(
    'twitter',
    'Twemoji by Twitter, Inc. and contributors, CC BY 4.0',
    'sha512-7F+uCuHH+7Qnrc15P5tnbvKkg9E6tlzi4MnT2uW1RlN4pLYTza6cP/dstIfSDMtpjFLWuZewWg8jBbuL2eyELQ==',
  ),
  facebook: datasource(
    'facebook',
    'copyright Facebook, Inc.; no clear licence',
    'sha512-b9ZxJdB7nMWGckH1vyCjPSosaa6MJYuojPPFiQ0LmDIZS8vlG454XKcmTFKrXIMAA72O4MRJMYFhvWI8pjyciQ==',
  ),
  emojione,
  fluent,
};
