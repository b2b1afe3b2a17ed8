// `dcgan data prepare avatars`: any number of drawn faces, instead of photographs of faces, which no package provides.
import { join } from 'node:path';
import { DcganError } from '../../errors.ts';
import { pinnedVersion } from '../../system/package-directory.ts';
import { loadSharp } from '../decode/load-sharp.ts';
import { inParallel } from '../decode/parallel.ts';
import { type AvatarStyleName, type LoadedStyle, loadStyles } from './avatar-styles.ts';
import type { PrepareProgress } from './npm-package.ts';
import { type PreparedData, type PreparePlace, prepareFolder } from './prepared-folder.ts';

/** Which avatars to draw: avatar i of `count` has the seed i and style i modulo the number of styles. */
export interface AvatarChoice {
  count: number;
  /** Height and width in pixels, 16 to 1024. */
  size: number;
  styles: readonly AvatarStyleName[];
}

/** Writes RGB PNG files to `<root>/data/avatars/<index>.png`. @throws DcganError `usage.avatar-size` */
export async function prepareAvatars(
  { root, directory, force, ...choice }: PreparePlace & AvatarChoice,
  onProgress: (event: PrepareProgress) => void,
): Promise<PreparedData> {
  checkSize(choice.size);
  const styles = await loadStyles(choice.styles);
  return prepareFolder({
    directory: directory ?? join(root, 'data', 'avatars'),
    readme: readmeOf(choice, styles),
    force,
    isImage: (path) => /^\d+\.png$/.test(path),
    build: (folder) => drawAvatars(folder, choice, styles, onProgress),
  });
}

async function drawAvatars(
  folder: string,
  { count, size }: AvatarChoice,
  styles: readonly LoadedStyle[],
  onProgress: (event: PrepareProgress) => void,
): Promise<number> {
  const sharp = await loadSharp();
  let done = 0;
  const drawn = inParallel(Array(count).keys(), (seed) => {
    const svg = styles[seed % styles.length]!.draw(seed, size);
    const name = `${String(seed).padStart(String(count - 1).length, '0')}.png`;
    return sharp(Buffer.from(svg)).resize(size, size).removeAlpha().png().toFile(join(folder, name));
  });
  for await (const _ of drawn) onProgress({ phase: 'write', done: ++done, total: count });
  return done;
}

function checkSize(size: number): void {
  if (size >= 16 && size <= 1024) return;
  throw new DcganError('usage.avatar-size', {
    happened: `Avatars cannot be drawn with ${size}x${size} pixels.`,
    expected: 'Expected a size from 16 to 1024.',
  });
}

function readmeOf({ count, size }: AvatarChoice, styles: readonly LoadedStyle[]): string {
  return `Made by: dcgan data prepare avatars
Source: npm package @dicebear/collection ${pinnedVersion('@dicebear/collection')}, each avatar framed on its face
Licence: the package is MIT; the drawings are as follows
${styles.map(({ name, credit }) => `Style: ${name}, ${credit}`).join('\n')}
Seeds: 0 to ${count - 1}, the styles taking turns
Layout: <seed>.png, ${size}x${size} RGB
`;
}
