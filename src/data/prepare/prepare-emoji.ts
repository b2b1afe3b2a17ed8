// `dcgan data prepare emoji`: one vendor's emoji as 64x64 RGBA PNG files, selected by category, skin tone and colour.
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DcganError } from '../../errors.ts';
import type { FetchTarball, NpmPackage } from '../../system/npm-package.ts';
import { loadSharp } from '../decode/load-sharp.ts';
import { inParallel } from '../decode/parallel.ts';
import { isYellowFace } from './emoji-filter.ts';
import { type EmojiSet, emojiVendors } from './emoji-vendors.ts';
import { type PrepareProgress, withNpmPackage } from './npm-package.ts';
import { type PreparedData, type PreparePlace, prepareFolder } from './prepared-folder.ts';

/** Which emoji to take; `categories` by today's or older names. */
export interface EmojiChoice {
  set: EmojiSet;
  categories: readonly string[];
  skinTones: boolean;
  /** Only yellow faces that fill their square. */
  yellowFaces: boolean;
}

/** Tests use another package. */
export interface EmojiSource {
  source: NpmPackage;
  fetchTarball?: FetchTarball;
}

const sidePixels = 64;
/** The sets that can be prepared. */
export const emojiSets = Object.keys(emojiVendors) as EmojiSet[];

/** Default folder for these options, such as data/emoji-people-activity. */
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

/** README.txt for these options, without the number of images. */
export function emojiReadme(choice: EmojiChoice): string {
  const { source, resolveCategories } = emojiVendors[choice.set];
  return readmeOf(source, { ...choice, categories: resolveCategories(choice.categories) });
}

/**
 * Writes 64x64 RGBA PNG files `<unicode>.png`, by default to `emojiFolder` under the root.
 * @throws DcganError `data.no-emoji` if no emoji matches
 */
export async function prepareEmoji(
  { root, directory, force, ...choice }: PreparePlace & EmojiChoice,
  onProgress: (event: PrepareProgress) => void,
  { source, fetchTarball }: EmojiSource = emojiVendors[choice.set],
): Promise<PreparedData> {
  const { imageFolder, resolveCategories } = emojiVendors[choice.set];
  const resolved = { ...choice, categories: resolveCategories(choice.categories) };
  return prepareFolder({
    directory: directory ?? join(root, emojiFolder(choice)),
    readme: readmeOf(source, resolved),
    force,
    isImage: (path) => /^[0-9a-f-]+\.png$/i.test(path),
    build: (folder) =>
      withNpmPackage(
        source,
        (path) => path === 'emoji.json' || path.startsWith(imageFolder),
        (unpacked) => writeEmoji(unpacked, folder, resolved, onProgress),
        onProgress,
        fetchTarball,
      ),
  });
}

async function writeEmoji(
  unpacked: string,
  folder: string,
  choice: EmojiChoice,
  onProgress: (event: PrepareProgress) => void,
): Promise<number> {
  const { imageFolder, choose } = emojiVendors[choice.set];
  const images = await choose(unpacked, choice);
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

/** Converts any image of the package, grey and palette ones too, to RGBA, keeping the colours of transparent pixels. */
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

function readmeOf(source: NpmPackage, { set, categories, skinTones, yellowFaces }: EmojiChoice): string {
  const { author, licence } = emojiVendors[set];
  return `Made by: dcgan data prepare emoji
Source: npm package ${source.name} ${source.version} by ${author}
Licence: ${licence}
Categories: ${categories.join(', ')}
Skin tones: ${skinTones ? 'yes' : 'no'}
Only yellow faces: ${yellowFaces ? 'yes' : 'no'}
Layout: <unicode>.png, 64x64 RGBA
`;
}

function noEmoji({ set, categories, yellowFaces }: EmojiChoice): DcganError {
  return new DcganError('data.no-emoji', {
    happened: `No emoji of the set ${set} is in ${categories.join(', ')}${yellowFaces ? ' and a yellow face that fills its square' : ''}.`,
    fix: yellowFaces ? 'Faces fill their square in the twitter set: --set twitter.' : 'Choose other categories.',
  });
}
