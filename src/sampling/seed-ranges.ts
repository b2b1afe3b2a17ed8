// Parses lists of seeds such as `0-63,99`.
import { DcganError } from '../errors.ts';

const largestSeed = 0xffffffff;
const maxSeeds = 1_000_000;

/**
 * The seeds of a list of numbers and ranges, in order; ranges include both ends.
 * @throws DcganError `usage.seeds`
 */
export function parseSeeds(text: string): number[] {
  const seeds: number[] = [];
  for (const part of text.split(',')) {
    const [first, last] = parseRange(part.trim(), text);
    if (seeds.length + last - first >= maxSeeds) throw unusable(`${text} is more than ${maxSeeds} seeds.`);
    for (let seed = first; seed <= last; seed++) seeds.push(seed);
  }
  return seeds;
}

/** The seeds 0 to `count` - 1. @throws DcganError `usage.seeds` */
export function firstSeeds(count: number): number[] {
  if (count > maxSeeds) throw unusable(`${count} images are more than ${maxSeeds} seeds.`);
  return Array.from({ length: count }, (_, seed) => seed);
}

/** @throws DcganError `usage.seeds` unless it is a whole number from 0 to 4294967295 */
export function checkSeed(seed: number): void {
  if (Number.isInteger(seed) && seed >= 0 && seed <= largestSeed) return;
  throw unusable(`${seed} is not a seed.`);
}

/** @throws DcganError `usage.seeds` if the list is empty or one of them is not a seed */
export function checkSeeds(seeds: readonly number[]): void {
  if (seeds.length === 0) throw unusable('No seeds were given.');
  seeds.forEach(checkSeed);
}

function parseRange(part: string, text: string): [first: number, last: number] {
  const match = /^(\d+)(?:\s*-\s*(\d+))?$/.exec(part);
  if (!match) throw unusable(`${JSON.stringify(part)} in ${JSON.stringify(text)} is neither a seed nor a range.`);
  const [first, last] = [Number(match[1]), Number(match[2] ?? match[1])];
  checkSeed(first);
  checkSeed(last);
  if (first > last) throw unusable(`The range ${part} runs backwards.`);
  return [first, last];
}

function unusable(happened: string): DcganError {
  const expected = `Seeds are whole numbers from 0 to ${largestSeed}, single or as ranges, separated by commas.`;
  return new DcganError('usage.seeds', { happened, expected, fix: 'For example 0-63,99' });
}
