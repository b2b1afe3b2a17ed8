// Upper limits of a config. Anything larger is a mistake or an attack, and is rejected before networks are built.
import { DcganError } from '../../errors.ts';

export const maxFileBytes = 256 * 1024;
export const maxLayers = 1000; // of a network, stacks written out
export const maxStages = 100; // of a stack
export const maxUpdatesPerStep = 1000;

/** Of an image side, kernel, stride or padding, in pixels. */
export const maxPixels = 4096;
/** Of a feature map, and length of the latent vector. */
export const maxChannels = 65_536;
/** Of a dense layer. */
export const maxUnits = 2 ** 24;
/** Of steps, images or epochs. */
export const maxAmount = 1e12;

const maxValues = 50_000;
const maxDepth = 64;

/**
 * Limits the number and depth of a config's values; an aliased value counts every time it occurs.
 * @throws DcganError `config.too-large`
 */
export function checkSize(content: unknown, source: string): void {
  const open: { value: unknown; depth: number }[] = [{ value: content, depth: 0 }];
  for (let count = 0; open.length > 0; count++) {
    const { value, depth } = open.pop()!;
    if (count === maxValues) throw tooLarge(`${source} has more than ${maxValues.toLocaleString('en')} values.`);
    if (depth > maxDepth) throw tooLarge(`${source} has values more than ${maxDepth} levels deep.`);
    if (value === null || typeof value !== 'object') continue;
    const parts: unknown[] = Array.isArray(value) ? value : Object.values(value);
    if (parts.length > maxValues)
      throw tooLarge(`${source} has a list of ${parts.length.toLocaleString('en')} values.`);
    for (const part of parts) open.push({ value: part, depth: depth + 1 });
  }
}

function tooLarge(happened: string): DcganError {
  return new DcganError('config.too-large', {
    happened,
    expected: `A config lists at most ${maxLayers.toLocaleString('en')} layers per network; the shipped ones have 2 to 6 KiB.`,
    fix: 'Check that this is the right file.',
  });
}
