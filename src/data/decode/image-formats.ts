// The supported image formats: by extension when a folder is listed, by content when a file is decoded.
import { extname } from 'node:path';
import { readAtSync, withRegularFileSync } from '../../system/read-file.ts';
import { rawPath } from '../dataset/file-names.ts';

export type ImageFormat = 'png' | 'jpeg' | 'webp' | 'gif' | 'heif' | 'heic' | 'tiff' | 'bmp' | 'netpbm';

export const readableExtensions: ReadonlySet<string> = new Set(
  '.png .jpg .jpeg .jpe .jfif .webp .gif .avif .tif .tiff .bmp .ppm .pgm'.split(' '),
);

const heic = new Set('.heic .heif .hif'.split(' '));
const raw = new Set(
  '.dng .cr2 .cr3 .nef .nrw .arw .srf .sr2 .orf .rw2 .raf .pef .srw .x3f .3fr .erf .kdc .mrw .rwl .raw'.split(' '),
);

/** How to convert files of an unsupported extension, if that is known. */
export function adviceFor(extension: string): string | undefined {
  if (heic.has(extension)) return `convert them: magick mogrify -format jpg *${extension}`;
  if (raw.has(extension)) return 'camera raw: export them as JPEG or TIFF';
  return undefined;
}

export const formatNames = 'PNG, JPEG, WebP, GIF, AVIF, TIFF, BMP or PPM';

/** In lower case, with its dot; empty if there is none. */
export function extensionOf(path: string): string {
  return extname(path).toLowerCase();
}

/** The signatures of each format: every text at its byte offset. */
const signatures: readonly (readonly [format: ImageFormat, ...texts: (readonly [at: number, text: string])[]])[] = [
  ['png', [0, '\x89PNG\r\n\x1a\n']],
  ['jpeg', [0, '\xff\xd8\xff']],
  ['webp', [0, 'RIFF'], [8, 'WEBP']],
  ['gif', [0, 'GIF87a']],
  ['gif', [0, 'GIF89a']],
  ...['heic', 'heix', 'hevc', 'hevx', 'heim', 'heis'].map((brand) => ['heic', [4, `ftyp${brand}`]] as const),
  ['heif', [4, 'ftyp']], // AVIF
  ['tiff', [0, 'II*\0']],
  ['tiff', [0, 'MM\0*']],
  ['tiff', [0, 'II+\0']], // BigTIFF
  ['tiff', [0, 'MM\0+']],
  ['bmp', [0, 'BM']],
  ...[...'123456'].flatMap((kind) => [...'\n\r\t '].map((space) => ['netpbm', [0, `P${kind}${space}`]] as const)),
];

const signatureBytes = 16;

/** The format of a file by its first bytes. */
export function formatOf(bytes: Uint8Array): ImageFormat | undefined {
  const start = Buffer.from(bytes.subarray(0, signatureBytes)).toString('latin1');
  return signatures.find(([, ...texts]) => texts.every(([at, text]) => start.startsWith(text, at)))?.[0];
}

/** Whether a file begins with an image signature; false if it cannot be read. */
export function beginsAsImage(path: string): boolean {
  try {
    return withRegularFileSync(
      rawPath(path),
      (file) => formatOf(readAtSync(file, Buffer.alloc(signatureBytes), signatureBytes, 0)) !== undefined,
    );
  } catch {
    return false;
  }
}
