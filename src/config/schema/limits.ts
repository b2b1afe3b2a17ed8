// How large a config may be. What is larger is a mistake or an attack, and is refused before anything is built from it.
import { DcganError } from '../../errors.ts';

export const mostFileBytes = 256 * 1024;
export const mostLayers = 1000; // of a network, stacks written out
export const mostStages = 100; // of a stack
export const mostUpdatesPerStep = 1000;

/** Of a side, kernel, stride or padding, in pixels. */
export const mostPixels = 4096;
/** Of an image of features. */
export const mostChannels = 65_536;
/** Of a vector. */
export const mostUnits = 2 ** 24;
/** Of steps, images or epochs. */
export const mostAmount = 1e12;

const mostValues = 50_000;
const mostDepth = 64;

/**
 * Counts a config's values, one that an alias repeats as often as it stands there.
 * @throws DcganError `config.too-large`
 */
export function checkSize(content: unknown, source: string): void {
  const open: { value: unknown; depth: number }[] = [{ value: content, depth: 0 }];
  for (let count = 0; open.length > 0; count++) {
    const { value, depth } = open.pop()!;
    if (count === mostValues) throw tooLarge(`${source} has more than ${mostValues.toLocaleString('en')} values.`);
    if (depth > mostDepth) throw tooLarge(`${source} has values more than ${mostDepth} levels deep.`);
    if (value === null || typeof value !== 'object') continue;
    const parts: unknown[] = Array.isArray(value) ? value : Object.values(value);
    if (parts.length > mostValues)
      throw tooLarge(`${source} has a list of ${parts.length.toLocaleString('en')} values.`);
    for (const part of parts) open.push({ value: part, depth: depth + 1 });
  }
}

function tooLarge(happened: string): DcganError {
  return new DcganError('config.too-large', {
    happened,
    expected: `A config lists at most ${mostLayers.toLocaleString('en')} layers per network; the shipped ones have 2 to 6 KiB.`,
    fix: 'Check that this is the right file.',
  });
}
