// Marks pictures as drawn by dcgan, which it may replace without --force: as Software in EXIF data, in GIF as a comment.
import sharp from 'sharp';
import { openRegular, readBytes } from '../system/read-file.ts';

const software = 'dcgan';

export const markedExif = { IFD0: { Software: software } };

const gifTrailer = 0x3b;
/** GIF89a, section 24: a comment extension of one block. */
const gifComment = Buffer.concat([Buffer.of(0x21, 0xfe, software.length), Buffer.from(software), Buffer.of(0)]);
const gifEnd = Buffer.concat([gifComment, Buffer.of(gifTrailer)]);

/** Inserts the mark at the end of a GIF. */
export function markGif(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([bytes.subarray(0, -1), gifEnd]);
}

/** Whether a file is a picture that dcgan has drawn. */
export async function isMarked(path: string): Promise<boolean> {
  try {
    if (await endsLikeMarkedGif(path)) return true;
    const { exif } = await sharp(path).metadata();
    return exif?.includes(`${software}\0`) ?? false;
  } catch {
    return false; // not a picture, or unreadable
  }
}

async function endsLikeMarkedGif(path: string): Promise<boolean> {
  const file = await openRegular(path);
  try {
    const { size } = await file.stat();
    if (size < gifEnd.length) return false;
    return gifEnd.equals(await readBytes(file, size - gifEnd.length, gifEnd.length));
  } finally {
    await file.close();
  }
}
