// Reads the bytes of one image file.
import { readAtSync, withRegularFileSync } from '../../system/read-file.ts';
import { rawPath } from '../dataset/file-names.ts';

/** Far above what a compressed image of the largest size needs. */
const maxImageFileBytes = 2 ** 29;

const smallFile = Buffer.alloc(64 * 1024);

/** A file's bytes, valid until the next call: small files share one buffer, which takes a third of the time of new memory. */
export function readImageFile(path: string): Buffer {
  return withRegularFileSync(rawPath(path), (descriptor, sizeBytes) => {
    checkFileBytes(sizeBytes);
    const target = sizeBytes <= smallFile.length ? smallFile : Buffer.allocUnsafe(sizeBytes);
    return readAtSync(descriptor, target, sizeBytes, 0);
  });
}

export function checkFileBytes(sizeBytes: number): void {
  if (sizeBytes <= maxImageFileBytes) return;
  throw new Error(`its ${sizeBytes} bytes are more than the ${maxImageFileBytes} that an image file may have`);
}
