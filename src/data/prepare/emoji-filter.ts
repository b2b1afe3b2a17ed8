// Selects emoji of the emoji-datasource list by category, skin tone and pixels.
import { DcganError } from '../../errors.ts';

interface EmojiImage {
  image: string;
  [hasImage: `has_img_${string}`]: boolean;
}

/** An entry of the package's emoji.json, with the keys used here. */
export interface Emoji extends EmojiImage {
  category: string;
  skin_variations?: Record<string, EmojiImage>;
}

const categories = [
  'Smileys & Emotion',
  'People & Body',
  'Animals & Nature',
  'Food & Drink',
  'Travel & Places',
  'Activities',
  'Objects',
  'Symbols',
  'Flags',
  'Component',
];

/** Category names of EmojiOne 2 and of emoji-data before version 5, with today's categories. */
const formerNames: Record<string, string[]> = {
  people: ['Smileys & Emotion', 'People & Body'],
  nature: ['Animals & Nature'],
  food: ['Food & Drink'],
  foods: ['Food & Drink'],
  activity: ['Activities'],
  travel: ['Travel & Places'],
  places: ['Travel & Places'],
  regional: ['Flags'],
  modifier: ['Component'],
  'skin tones': ['Component'],
};

/** Converts current or former category names, in any letter case, to current ones. @throws DcganError `usage.category` */
export function resolveCategories(names: readonly string[]): string[] {
  const resolved = new Set<string>();
  for (const name of names) {
    const wanted = name.trim().toLowerCase();
    const current = categories.filter((category) => category.toLowerCase() === wanted);
    const found = current.length > 0 ? current : formerNames[wanted];
    if (!found) throw unknownCategory(name);
    for (const category of found) resolved.add(category);
  }
  return categories.filter((category) => resolved.has(category));
}

/** File names of the emoji in these categories, in the list's order, without those that the set has no image of. */
export function chooseEmoji(
  list: readonly Emoji[],
  { set, categories, skinTones }: { set: string; categories: readonly string[]; skinTones: boolean },
): string[] {
  const chosen = list.filter((emoji) => categories.includes(emoji.category));
  const variants = chosen.flatMap((emoji) => [emoji, ...(skinTones ? Object.values(emoji.skin_variations ?? {}) : [])]);
  return variants.filter((variant) => variant[`has_img_${set}`]).map((variant) => variant.image);
}

/**
 * Whether RGBA pixels (uint8 [height, width, 4]) show a yellow face that fills its square: of the pixels with little blue (< 0.6)
 * more than half are yellow (red and green > 0.6, alpha > 0.8), and more than 0.7 of all pixels are opaque (alpha > 0.8).
 * This is `is_emoji` of anoff/deep-emoji-gan, commit 63abc3b.
 */
export function isYellowFace(pixels: Uint8Array): boolean {
  let littleBlue = 0;
  let yellow = 0;
  let opaque = 0;
  for (let i = 0; i < pixels.length; i += 4) {
    const isOpaque = pixels[i + 3]! > 0.8 * 255;
    if (isOpaque) opaque++;
    if (pixels[i + 2]! >= 0.6 * 255) continue;
    littleBlue++;
    if (pixels[i]! > 0.6 * 255 && pixels[i + 1]! > 0.6 * 255 && isOpaque) yellow++;
  }
  return yellow > 0.5 * littleBlue && opaque > 0.7 * (pixels.length / 4);
}

function unknownCategory(name: string): DcganError {
  return new DcganError('usage.category', {
    happened: `There is no emoji category "${name}".`,
    expected: `The categories are ${categories.join(', ')}; older names work too: ${Object.keys(formerNames).join(', ')}.`,
  });
}
