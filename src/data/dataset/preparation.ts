// Compares the data set that a config expects from `dcgan data prepare` with the README.txt of the image folder.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { Preparation } from '../../config/config.ts';
import { resolveStyles } from '../prepare/avatar-styles.ts';
import { emojiFolder, emojiReadme } from '../prepare/prepare-emoji.ts';

/** A note if the image folder was prepared with other options than expected. */
export function notePreparation(expected: Preparation, directory: string, root: string): string | undefined {
  const stated = readmeOf(directory);
  const missing = stated && linesOf(expected).find((line) => !stated.includes(line));
  if (missing === undefined) return undefined;
  const label = missing.slice(0, missing.indexOf(':') + 1);
  const found = stated!.find((line) => line.startsWith(label)) ?? stated![0]!;
  return `OTHER PICTURES: the README.txt of ${directory} says "${found}", and this config expects "${missing}". To make them: ${instead(expected, directory, root)}`;
}

/** The command that prepares the expected data set in the folder that the config reads. */
export function prepareCommand(expected: Preparation, directory: string, root: string): string {
  const folder = resolve(root, defaultFolder(expected));
  const own = isWithin(directory, folder) ? [] : ['--out', relative(root, preparedFolder(expected, directory))];
  const elsewhere = resolve(root) === process.cwd() ? [] : ['--root', root];
  return ['dcgan data prepare', expected.dataset, ...choicesOf(expected), ...own, ...elsewhere].join(' ');
}

/** Replaces the folder if it is the default one of these options; otherwise prepares the default one and reads that. */
function instead(expected: Preparation, directory: string, root: string): string {
  const folder = resolve(root, defaultFolder(expected));
  if (isWithin(directory, folder)) return `${prepareCommand(expected, directory, root)} --force`;
  const there = expected.dataset === 'mnist' ? join(folder, 'train') : folder;
  return `${prepareCommand(expected, folder, root)}, and add --data ${relative(root, there)}`;
}

function isWithin(directory: string, folder: string): boolean {
  return !relative(folder, resolve(directory)).startsWith('..');
}

/** MNIST is read from a subfolder, with README.txt in the folder above. */
function readmeOf(directory: string): string[] | undefined {
  const path = [directory, dirname(directory)].map((folder) => join(folder, 'README.txt')).find(existsSync);
  const lines = path ? readFileSync(path, 'utf8').split('\n') : [];
  if (!lines[0]?.startsWith('Made by: dcgan data prepare ')) return undefined;
  const styles = lines.flatMap((line) => /^Style: ([\w-]+)/.exec(line)?.[1] ?? []); // of avatars, one per line
  return styles.length > 0 ? [...lines, `Styles: ${styles.join(', ')}`] : lines;
}

function preparedFolder({ dataset }: Preparation, directory: string): string {
  return dataset === 'mnist' ? directory.replace(/[/\\](train|test)$/, '') : directory;
}

function defaultFolder(expected: Preparation): string {
  return expected.dataset === 'emoji' ? emojiFolder(expected) : join('data', expected.dataset);
}

/** Lines of README.txt that depend on the options. */
function linesOf(expected: Preparation): string[] {
  switch (expected.dataset) {
    case 'mnist':
      return ['Made by: dcgan data prepare mnist'];
    case 'emoji':
      return emojiReadme(expected).trim().split('\n');
    case 'avatars':
      return [
        'Made by: dcgan data prepare avatars',
        `Seeds: 0 to ${expected.count - 1}, the styles taking turns`,
        `Layout: <seed>.png, ${expected.size}x${expected.size} RGB`,
        `Styles: ${resolveStyles(expected.styles).join(', ')}`,
      ];
  }
}

function choicesOf(expected: Preparation): string[] {
  switch (expected.dataset) {
    case 'mnist':
      return [];
    case 'emoji': {
      const { set, categories, skinTones, yellowFaces, size } = expected;
      const list = categories.join(',');
      return [
        ...(set === 'twitter' ? [] : ['--set', set]),
        ...(list === 'people' ? [] : ['--categories', /^[\w,-]+$/.test(list) ? list : `"${list}"`]),
        ...(skinTones ? ['--skin-tones'] : []),
        ...(yellowFaces ? ['--yellow-faces'] : []),
        ...(size === 64 ? [] : ['--size', String(size)]),
      ];
    }
    case 'avatars':
      return [
        ...['--count', String(expected.count)],
        ...(expected.size === 64 ? [] : ['--size', String(expected.size)]),
        ...(expected.styles.join() === 'toon-head,personas' ? [] : ['--style', ...expected.styles]),
      ];
  }
}
