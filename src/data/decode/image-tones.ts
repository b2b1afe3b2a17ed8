// How dark, bright and varied images are, to notice data that a network cannot learn from: 12-bit values in 16-bit files, single colours.
import { nameSome } from '../dataset/skipped-files.ts';

/** Of one image's colours, or of all images together: 0..255. */
export interface Tones {
  darkest: number;
  brightest: number;
  /** Whether every pixel has the same colour. */
  isFlat: boolean;
  /** Whether this program has drawn it. */
  isOwn?: boolean;
}

/** Of an image, uint8 [height, width, channels]; transparency is no tone. */
export function tonesOf(pixels: Uint8Array, channels: 1 | 3 | 4): Tones {
  const colours = channels === 4 ? 3 : channels;
  let [darkest, brightest, isFlat] = [255, 0, true];
  for (let colour = 0; colour < colours; colour++) {
    const first = pixels[colour]!;
    for (let at = colour; at < pixels.length; at += channels) {
      const value = pixels[at]!;
      if (value < darkest) darkest = value;
      if (value > brightest) brightest = value;
      if (value !== first) isFlat = false;
    }
  }
  return { darkest, brightest, isFlat };
}

/** A few images of a kind: how many there are, and which come first, counted as files in the order of their paths. */
interface Counted {
  count: number;
  first: number[];
}

/** What is noticed about a whole data set. */
export interface DatasetTones {
  darkest: number;
  brightest: number;
  flat: Counted;
  dark: Counted;
  own: Counted;
}

const mostNamed = 5;
/** 5 % of the range: an image without anything brighter shows nothing on a screen. */
const nearlyBlack = 12;

function note(kind: Counted, file: number): void {
  kind.count++;
  if (kind.first.length < mostNamed) kind.first.push(file);
}

/** Adds up images one by one. */
export function createToneCounter(): { add(file: number, tones: Tones): void; total: DatasetTones } {
  const total: DatasetTones = {
    darkest: 255,
    brightest: 0,
    flat: { count: 0, first: [] },
    dark: { count: 0, first: [] },
    own: { count: 0, first: [] },
  };
  return {
    total,
    add(file, { darkest, brightest, isFlat, isOwn }) {
      total.darkest = Math.min(total.darkest, darkest);
      total.brightest = Math.max(total.brightest, brightest);
      if (isOwn) note(total.own, file);
      const kind = isFlat ? total.flat : brightest <= nearlyBlack ? total.dark : undefined;
      if (kind) note(kind, file);
    },
  };
}

/** Sentences about images that a network learns little from. */
export function describeTones(tones: DatasetTones, count: number, nameOf: (file: number) => string): string[] {
  const { darkest, brightest, flat, dark, own } = tones;
  const share = (brightest - darkest) / 255;
  const notes: string[] = [];
  const named = ({ count, first }: Counted) => nameSome(first.map(nameOf), count);
  if (share < 0.5) {
    notes.push(
      `The images use ${Math.round(100 * share)} % of the range: all values lie between ${darkest} and ${brightest} of 255. data.stretch=true stretches them to the full range.`,
    );
  } else if (dark.count > 0) {
    notes.push(
      `${dark.count} of the ${count} images are nearly black, with no value above ${nearlyBlack} of 255: ${named(dark)}.`,
    );
  }
  if (flat.count > 0) notes.push(`${flat.count} of the ${count} images have a single colour: ${named(flat)}.`);
  if (own.count > 0 && own.count < count)
    notes.push(`${own.count} of the ${count} images were drawn by dcgan itself; move them elsewhere: ${named(own)}.`);
  return notes;
}
