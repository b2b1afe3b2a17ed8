// Small plain JPEGs, of which large data sets are made, in a fifth of the time that sharp needs for them. All others are sharp's.
import { readJpegHeader } from './jpeg-header.ts';
import { decodeJpeg, mostFileBytes } from './jpeg-turbo.ts';
import { mostPixels, mostSide, resample } from './resample.ts';

interface Size {
  height: number;
  width: number;
}

interface Wanted extends Size {
  channels: number;
  fit: 'cover' | 'contain' | 'fill' | 'inside';
}

/**
 * Pixels of one image, uint8 [height, width, channels], or undefined where sharp is to look at the file: it is no baseline JPEG, large,
 * to be enlarged or padded, needs other colours or turning, or something is wrong with it.
 */
export function decodeSmallJpeg(bytes: Uint8Array, wanted: Wanted): Uint8Array | undefined {
  if (bytes.length > mostFileBytes) return undefined;
  const header = readJpegHeader(bytes);
  if (header === undefined || header.components !== wanted.channels) return undefined;
  if (Math.max(header.height, header.width) > mostSide || header.height * header.width > mostPixels) return undefined;
  const sizedTo = beforeCropping(header, wanted);
  const decoded = sizedTo && smallestEighths(header, sizedTo);
  if (!decoded) return undefined;
  const picture = decodeJpeg(bytes, decoded, header.components);
  if (!picture) return undefined;
  const side = (name: 'height' | 'width') => ({
    size: decoded[name],
    sizedTo: sizedTo[name],
    from: Math.floor((sizedTo[name] - wanted[name] + 1) / 2), // as sharp cuts
    count: wanted[name],
  });
  return resample(picture, side('height'), side('width'));
}

/** The size that the whole picture gets, before what is too much is cut off; undefined where it has to be padded. */
function beforeCropping(size: Size, wanted: Wanted): Size | undefined {
  const [vertical, horizontal] = [size.height / wanted.height, size.width / wanted.width];
  if (wanted.fit === 'fill' || vertical === horizontal) return { height: wanted.height, width: wanted.width };
  if (wanted.fit !== 'cover') return undefined;
  const shrink = Math.min(vertical, horizontal);
  return { height: Math.round(size.height / shrink), width: Math.round(size.width / shrink) };
}

/** What is smaller by the decoder alone, eighth by eighth, is less even than what is resampled: so much is left to resample. */
const leftToResample = 9 / 8;

/** The smallest size that leaves enough, or the whole: libjpeg-turbo skips the frequencies that are not needed for it. */
function smallestEighths({ height, width }: Size, sizedTo: Size): Size | undefined {
  if (height < sizedTo.height || width < sizedTo.width) return undefined;
  const shrink = Math.min(height / sizedTo.height, width / sizedTo.width);
  const eighths = Math.min(8, Math.ceil((8 * leftToResample) / shrink));
  return { height: Math.ceil((height * eighths) / 8), width: Math.ceil((width * eighths) / 8) };
}
