// `dcgan data prepare emoji`: one vendor's emoji as RGBA PNG files, selected by category, skin tone and colour.
import { writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { DcganError } from '../../errors.ts';
import type { FetchTarball, NpmPackage } from '../../system/npm-package.ts';
import { loadSharp } from '../decode/load-sharp.ts';
import { inParallel } from '../decode/parallel.ts';
import { isYellowFace } from './emoji-filter.ts';
import { type EmojiSet, type EmojiVendor, emojiVendors } from './emoji-vendors.ts';
import { type PrepareProgress, withNpmPackage } from './npm-package.ts';
import { type PreparedData, type PreparePlace, prepareFolder } from './prepared-folder.ts';

/** Which emoji to take; `categories` by today's or older names. */
export interface EmojiChoice {
  set: EmojiSet;
  categories: readonly string[];
  skinTones: boolean;
  /** Only yellow faces that fill their square. */
  yellowFaces: boolean;
  /** Height and width in pixels: 64, or 16 to 256 of the set fluent. */
  size: number;
}

/** Tests use another package. */
export interface EmojiSource {
  source: NpmPackage;
  list?: NpmPackage;
  fetchTarball?: FetchTarball;
}

const usualSide = 64;
/** The sets that can be prepared. */
export const emojiSets = Object.keys(emojiVendors) as EmojiSet[];

/** Default folder for these options, such as data/emoji-people-activity. */
export function emojiFolder({ set, categories, skinTones, yellowFaces, size }: EmojiChoice): string {
  const parts = [
    ...categories,
    ...(set === 'twitter' ? [] : [set]),
    ...(skinTones ? ['skin tones'] : []),
    ...(yellowFaces ? ['yellow faces'] : []),
    ...(size === usualSide ? [] : [String(size)]),
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
 * Writes RGBA PNG files `<unicode>.png`, by default to `emojiFolder` under the root.
 * @throws DcganError `data.no-emoji` if no emoji matches, `usage.emoji-size` for a size that the set does not support
 */
export async function prepareEmoji(
  { root, directory, force, ...choice }: PreparePlace & EmojiChoice,
  onProgress: (event: PrepareProgress) => void,
  { source, list, fetchTarball }: EmojiSource = emojiVendors[choice.set],
): Promise<PreparedData> {
  const { imageFolder, resolveCategories } = emojiVendors[choice.set];
  checkSize(choice);
  const resolved = { ...choice, categories: resolveCategories(choice.categories) };
  const isWanted = (path: string) => path === 'emoji.json' || path.startsWith(imageFolder);
  return prepareFolder({
    directory: directory ?? join(root, emojiFolder(choice)),
    readme: readmeOf(source, resolved),
    force,
    isImage: (path) => /^[0-9a-f-]+\.png$/i.test(path),
    build: (folder) =>
      withNpmPackage(
        source,
        isWanted,
        (images) => {
          const write = (listed: string) => writeEmoji({ images, list: listed }, folder, resolved, onProgress);
          return list ? withNpmPackage(list, isWanted, write, onProgress, fetchTarball) : write(images);
        },
        onProgress,
        fetchTarball,
      ),
  });
}

async function writeEmoji(
  unpacked: { images: string; list: string },
  folder: string,
  choice: EmojiChoice,
  onProgress: (event: PrepareProgress) => void,
): Promise<number> {
  const vendor = emojiVendors[choice.set];
  const { imageFolder, choose } = vendor;
  const images = await choose(unpacked, choice);
  let done = 0;
  let written = 0;
  const copies = inParallel(images, async (image) => {
    const path = join(unpacked.images, imageFolder, image);
    const { pixels, png } = await toRgba(path, vendor, choice.size);
    if (choice.yellowFaces && !isYellowFace(pixels)) return false;
    await writeFile(join(folder, `${basename(image, extname(image))}.png`), png);
    return true;
  });
  for await (const isWritten of copies) {
    if (isWritten) written++;
    onProgress({ phase: 'write', done: ++done, total: images.length });
  }
  if (written === 0) throw noEmoji(choice);
  return written;
}

/** The packages also hold grey and palette images; all become RGBA, with the colours under transparency kept unless they are resized. */
async function toRgba(
  path: string,
  { sidePixels, maxExtraRows = 0 }: EmojiVendor,
  size: number,
): Promise<{ pixels: Buffer; png: Buffer }> {
  const sharp = await loadSharp();
  const image = sharp(path).toColourspace('srgb').ensureAlpha();
  const { width, height } = await image.metadata();
  if (width !== sidePixels || height < sidePixels || height > sidePixels + maxExtraRows) {
    throw new DcganError('data.emoji-size', {
      happened: `${basename(path)} has ${width}x${height} pixels.`,
      expected: `All emoji of the package should have ${sidePixels}x${sidePixels}.`,
    });
  }
  const background = { r: 0, g: 0, b: 0, alpha: 0 };
  const isSized = width === size && height === size;
  const sized = isSized ? image : image.resize(size, size, { fit: 'contain', background });
  const data = await sized.raw().toBuffer();
  const raw = { width: size, height: size, channels: 4 } as const;
  return { pixels: data, png: await sharp(data, { raw }).png({ compressionLevel: 9 }).toBuffer() };
}

function readmeOf(source: NpmPackage, { set, categories, skinTones, yellowFaces, size }: EmojiChoice): string {
  const { author, licence } = emojiVendors[set];
  return `Made by: dcgan data prepare emoji
Source: npm package ${source.name} ${source.version} by ${author}
Licence: ${licence}
Categories: ${categories.join(', ')}
Skin tones: ${skinTones ? 'yes' : 'no'}
Only yellow faces: ${yellowFaces ? 'yes' : 'no'}
Layout: <unicode>.png, ${size}x${size} RGBA
`;
}

function checkSize({ set, size }: EmojiChoice): void {
  const { sidePixels } = emojiVendors[set];
  const least = sidePixels === usualSide ? usualSide : 16;
  if (Number.isInteger(size) && size >= least && size <= sidePixels) return;
  throw new DcganError('usage.emoji-size', {
    happened: `The emoji of the set ${set} cannot have ${size}x${size} pixels.`,
    expected:
      least === sidePixels
        ? `They have ${sidePixels}x${sidePixels}.`
        : `Expected a size from ${least} to ${sidePixels}.`,
    fix: least === sidePixels ? 'Leave out --size, or choose --set fluent.' : 'Choose another --size.',
  });
}

function noEmoji({ set, categories, yellowFaces }: EmojiChoice): DcganError {
  return new DcganError('data.no-emoji', {
    happened: `No emoji of the set ${set} is in ${categories.join(', ')}${yellowFaces ? ' and a yellow face that fills its square' : ''}.`,
    fix: yellowFaces ? 'Faces fill their square in the twitter set: --set twitter.' : 'Choose other categories.',
  });
}
