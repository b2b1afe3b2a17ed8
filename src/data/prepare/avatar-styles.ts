// The styles of avatars: DiceBear's styles of heads under free licences, each cropped so that the face fills the square.
import type { Options, Style } from '@dicebear/core';
import { DcganError } from '../../errors.ts';

/** How a style is cropped: `scale` in percent, `translateX` and `translateY` in percent of the side. */
interface Frame {
  scale?: number;
  translateX?: number;
  translateY?: number;
}

interface AvatarStyle {
  /** Its name in @dicebear/collection. */
  collection: keyof typeof import('@dicebear/collection');
  frame: Frame;
}

const styles = {
  adventurer: { collection: 'adventurer', frame: {} },
  avataaars: { collection: 'avataaars', frame: { scale: 130, translateY: 8 } },
  'big-ears': { collection: 'bigEars', frame: { scale: 110 } },
  'big-smile': { collection: 'bigSmile', frame: { scale: 90 } },
  croodles: { collection: 'croodles', frame: {} },
  dylan: { collection: 'dylan', frame: {} },
  lorelei: { collection: 'lorelei', frame: {} },
  micah: { collection: 'micah', frame: { scale: 115, translateX: 2, translateY: 8 } },
  miniavs: { collection: 'miniavs', frame: { scale: 125, translateX: 3, translateY: 8 } },
  notionists: { collection: 'notionists', frame: { scale: 150, translateX: 2, translateY: 16 } },
  'open-peeps': { collection: 'openPeeps', frame: { scale: 120, translateX: -4, translateY: 8 } },
  personas: { collection: 'personas', frame: { scale: 140, translateY: 14 } },
  'pixel-art': { collection: 'pixelArt', frame: {} },
  'toon-head': { collection: 'toonHead', frame: { scale: 140, translateY: 12 } },
} as const satisfies Record<string, AvatarStyle>;

export type AvatarStyleName = keyof typeof styles;

export const avatarStyles = Object.keys(styles) as AvatarStyleName[];

/** Styles by one name. */
const avatarGroups: Readonly<Record<string, readonly AvatarStyleName[]>> = {
  all: avatarStyles,
  frontal: ['avataaars', 'big-ears', 'dylan', 'personas', 'toon-head'], // in colour, seen from the front
};

/** Light background colours, one of which is chosen per avatar. */
const backgroundColor = ['b6e3f4', 'c0aede', 'd1d4f9', 'ffd5dc', 'ffdfbf', 'c3e8bd', 'f6e6a2', 'e0e0e0'];

export interface LoadedStyle {
  name: AvatarStyleName;
  /** `"Title" by Artist, licence (URL of the licence)`. */
  credit: string;
  /** The avatar of a seed as an SVG of `side` x `side` pixels. */
  draw: (seed: number, side: number) => string;
}

/** The styles of these names, which may name groups, without duplicates. @throws DcganError `usage.avatar-style` */
export function resolveStyles(names: readonly string[]): AvatarStyleName[] {
  const resolved = names.flatMap((name): readonly AvatarStyleName[] => {
    const wanted = name.toLowerCase();
    const style = avatarStyles.find((known) => known === wanted);
    if (style) return [style];
    if (Object.hasOwn(avatarGroups, wanted)) return avatarGroups[wanted]!;
    throw new DcganError('usage.avatar-style', {
      happened: `There is no avatar style "${name}".`,
      expected: `The styles are ${avatarStyles.join(', ')}; or ${Object.keys(avatarGroups).join(', ')}.`,
    });
  });
  return [...new Set(resolved)];
}

/** DiceBear is loaded on first use. */
export async function loadStyles(names: readonly AvatarStyleName[]): Promise<LoadedStyle[]> {
  const { createAvatar } = await import('@dicebear/core');
  const collections = await import('@dicebear/collection');
  return names.map((name) => {
    const { collection, frame } = styles[name];
    const style: Style<Options> = collections[collection];
    return {
      name,
      credit: creditOf(style),
      draw: (seed, side) =>
        createAvatar(style, { ...frame, seed: String(seed), size: side, backgroundColor }).toString(),
    };
  });
}

function creditOf({ meta }: Style<Options>): string {
  return `"${meta?.title}" by ${meta?.creator}, ${meta?.license?.name} (${meta?.license?.url})`;
}
