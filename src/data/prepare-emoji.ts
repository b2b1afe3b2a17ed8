// `dcgan data prepare emoji`: one vendor's emoji as 64x64 RGBA PNG files, chosen by category, skin tone and colour.
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DcganError } from '../errors.ts';
import type { FetchTarball, NpmPackage } from '../system/npm-package.ts';
import { chooseEmoji, type Emoji, isYellowFace, resolveCategories } from './emoji-filter.ts';
import { loadSharp } from './load-sharp.ts';
import { type PrepareProgress, withNpmPackage } from './npm-package.ts';
import { inParallel } from './parallel.ts';
import { type PreparedData, type PreparePlace, prepareFolder } from './prepared-folder.ts';

/** Whose drawings: the packages are emoji-datasource-<set>. */
export type EmojiSet = 'apple' | 'google' | 'twitter' | 'facebook';

/** Which emoji to take; `categories` by today's or older names. */
export interface EmojiChoice {
  set: EmojiSet;
  categories: readonly string[];
  skinTones: boolean;
  /** Only yellow faces that fill their square. */
  yellowFaces: boolean;
}

/** Where the package comes from; a test gives another one. */
export interface EmojiSource {
  source: NpmPackage;
  fetchTarball?: FetchTarball;
}

const sidePixels = 64;
const version = '16.0.0';

const vendors: Record<EmojiSet, { integrity: string; licence: string }> = {
  apple: {
    integrity: 'sha512-dVYjsK0FnCry9F+PBtnivhG2K0xdwlmqYaSgiUtztUdAGPYiHYhZcVKvNBqC791g2qyEcFNTBO6utg4eQ3uLTw==',
    licence: 'Apple Color Emoji, copyright Apple Inc.; not licensed for commercial use',
  },
  google: {
    integrity: 'sha512-ZRexfzs7MVoLnmzZmNsO4TKhnAJp5D++Vm6PpUpH/jEQQlemp3l88CjZ+DoZ2faM9R4QxZkOPJCoT8DlPhfQ3A==',
    licence: 'Noto Emoji by Google, Apache License 2.0',
  },
  twitter: {
    integrity: 'sha512-7F+uCuHH+7Qnrc15P5tnbvKkg9E6tlzi4MnT2uW1RlN4pLYTza6cP/dstIfSDMtpjFLWuZewWg8jBbuL2eyELQ==',
    licence: 'Twemoji by Twitter, Inc. and contributors, CC BY 4.0',
  },
  facebook: {
    integrity: 'sha512-b9ZxJdB7nMWGckH1vyCjPSosaa6MJYuojPPFiQ0LmDIZS8vlG454XKcmTFKrXIMAA72O4MRJMYFhvWI8pjyciQ==',
    licence: 'copyright Facebook, Inc.; no clear licence',
  },
};

/** The sets that can be prepared. */
export const emojiSets = Object.keys(vendors) as EmojiSet[];

/** Each choice has a folder of its own, such as data/emoji-people-activity. */
export function emojiFolder({ set, categories, skinTones, yellowFaces }: EmojiChoice): string {
  const parts = [
    ...categories,
    ...(set === 'twitter' ? [] : [set]),
    ...(skinTones ? ['skin tones'] : []),
    ...(yellowFaces ? ['yellow faces'] : []),
  ];
  const words = parts.flatMap((part) => part.toLowerCase().match(/[a-z0-9]+/g) ?? []);
  return join('data', ['emoji', ...words].join('-'));
}

/** What README.txt of a choice says, but for the number of images. */
export function emojiReadme(choice: EmojiChoice): string {
  return readmeOf(packageOf(choice.set), { ...choice, categories: resolveCategories(choice.categories) });
}

/**
 * Writes 64x64 RGBA PNG files `<unicode>.png`, by default to the choice's own folder in `<root>/data`. Throws DcganError
 * `data.no-emoji` where nothing is chosen.
 */
export async function prepareEmoji(
  { root, directory, force, ...choice }: PreparePlace & EmojiChoice,
  onProgress: (event: PrepareProgress) => void,
  { source, fetchTarball }: EmojiSource = { source: packageOf(choice.set) },
): Promise<PreparedData> {
  const resolved = { ...choice, categories: resolveCategories(choice.categories) };
  const imageFolder = `img/${choice.set}/${sidePixels}/`;
  return prepareFolder({
    directory: directory ?? join(root, emojiFolder(choice)),
    readme: readmeOf(source, resolved),
    force,
    build: (folder) =>
      withNpmPackage(
        source,
        (path) => path === 'emoji.json' || path.startsWith(imageFolder),
        (unpacked) => writeEmoji(unpacked, imageFolder, folder, resolved, onProgress),
        onProgress,
        fetchTarball,
      ),
  });
}

async function writeEmoji(
  unpacked: string,
  imageFolder: string,
  folder: string,
  choice: EmojiChoice,
  onProgress: (event: PrepareProgress) => void,
): Promise<number> {
  const list = JSON.parse(await readFile(join(unpacked, 'emoji.json'), 'utf8')) as Emoji[];
  const images = chooseEmoji(list, choice);
  let done = 0;
  let written = 0;
  const copies = inParallel(images, async (image) => {
    const { pixels, png } = await toRgba(join(unpacked, imageFolder, image));
    if (choice.yellowFaces && !isYellowFace(pixels)) return false;
    await writeFile(join(folder, basename(image)), png);
    return true;
  });
  for await (const isWritten of copies) {
    if (isWritten) written++;
    onProgress({ phase: 'write', done: ++done, total: images.length });
  }
  if (written === 0) throw noEmoji(choice);
  return written;
}

/** The packages also hold grey and palette images; all of them become 64x64 RGBA, with the colours under transparency kept. */
async function toRgba(path: string): Promise<{ pixels: Buffer; png: Buffer }> {
  const sharp = await loadSharp();
  const { data, info } = await sharp(path)
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.width !== sidePixels || info.height !== sidePixels) {
    throw new DcganError('data.emoji-size', {
      happened: `${basename(path)} has ${info.width}x${info.height} pixels.`,
      expected: `All emoji of the package should have ${sidePixels}x${sidePixels}.`,
    });
  }
  const raw = { width: sidePixels, height: sidePixels, channels: 4 } as const;
  return { pixels: data, png: await sharp(data, { raw }).png({ compressionLevel: 9 }).toBuffer() };
}

function packageOf(set: EmojiSet): NpmPackage {
  return { name: `emoji-datasource-${set}`, version, integrity: vendors[set].integrity };
}

function readmeOf(source: NpmPackage, { set, categories, skinTones, yellowFaces }: EmojiChoice): string {
  return `Made by: dcgan data prepare emoji
Source: npm package ${source.name} ${source.version} by Cal Henderson
Licence: the package is MIT; the images are ${vendors[set].licence}
Categories: ${categories.join(', ')}
Skin tones: ${skinTones ? 'yes' : 'no'}
Only yellow faces: ${yellowFaces ? 'yes' : 'no'}
Layout: <unicode>.png, 64x64 RGBA
`;
}

function noEmoji({ set, categories, yellowFaces }: EmojiChoice): DcganError {
  return new DcganError('data.no-emoji', {
    happened: `No emoji of the set ${set} is in ${categories.join(', ')}${yellowFaces ? ' and a yellow face that fills its square' : ''}.`,
    fix: yellowFaces ? 'Faces fill their square in the twitter set; try that one.' : 'Choose other categories.',
  });
}
