// Writes images as single files into a folder.
import { join } from 'node:path';
import { writeFileAtomic } from '../system/write-file.ts';
import { countImages, enlarge, type Images } from './images.ts';
import { encodePicture, type PictureFormat } from './picture.ts';

export function imagePath(folder: string, name: string, format: PictureFormat): string {
  return join(folder, `${name}.${format}`);
}

/**
 * Writes image i as `<folder>/<nameOf(i)>.<format>`, concurrently. The folder must exist.
 * @returns the paths
 * @throws DcganError `usage.cannot-write`
 */
export async function writeImages(
  folder: string,
  images: Images,
  { nameOf, format, scale }: { nameOf: (index: number) => string; format: PictureFormat; scale: number },
): Promise<string[]> {
  const count = countImages(images);
  const writes = Array.from({ length: count }, async (_, i) => {
    const path = imagePath(folder, nameOf(i), format);
    await writeFileAtomic(path, await encodePicture(enlarge(images, i, scale), format), { durable: false });
    return path;
  });
  return Promise.all(writes);
}
