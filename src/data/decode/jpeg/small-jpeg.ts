// Decodes small simple JPEGs, as in most large data sets, in a fifth of sharp's time.
import { readJpegHeader } from './jpeg-header.ts';
import { decodeJpeg, maxFileBytes } from './jpeg-turbo.ts';
import { maxPixels, maxSide, resample } from './resample.ts';

interface Size {
  height: number;
  width: number;
}

interface Target extends Size {
  channels: number;
  fit: 'cover' | 'contain' | 'fill' | 'inside';
}

/**
 * Pixels of one image, uint8 [height, width, channels]. Undefined if sharp has to decode the file: it is not baseline, is large
 * or damaged, or needs enlarging, padding, rotation or a colour conversion.
 */
export function decodeSmallJpeg(bytes: Uint8Array, wanted: Target): Uint8Array | undefined {
  if (bytes.length > maxFileBytes) return undefined;
  const header = readJpegHeader(bytes);
  if (header === undefined || header.components !== wanted.channels) return undefined;
  if (Math.max(header.height, header.width) > maxSide || header.height * header.width > maxPixels) return undefined;
  const sizedTo = beforeCropping(header, wanted);
  const decoded = sizedTo && smallestEighths(header, sizedTo);
  if (!decoded) return undefined;
  const picture = decodeJpeg(bytes, decoded, header.components);
  if (!picture) return undefined;
  const side = (name: 'height' | 'width') => ({
    size: decoded[name],
    sizedTo: sizedTo[name],
    from: Math.floor((sizedTo[name] - wanted[name] + 1) / 2), // as sharp crops
    count: wanted[name],
  });
  return resample(picture, side('height'), side('width'));
}

/** The size of the whole picture before cropping; undefined if it has to be padded. */
function beforeCropping(size: Size, wanted: Target): Size | undefined {
  const [vertical, horizontal] = [size.height / wanted.height, size.width / wanted.width];
  if (wanted.fit === 'fill' || vertical === horizontal) return { height: wanted.height, width: wanted.width };
  if (wanted.fit !== 'cover') return undefined;
  const shrink = Math.min(vertical, horizontal);
  return { height: Math.round(size.height / shrink), width: Math.round(size.width / shrink) };
}

/** Scaling by the decoder is of lower quality than resampling, so it keeps at least this factor for resampling. */
const leftToResample = 9 / 8;

/** The smallest size that leaves enough to resample: libjpeg-turbo skips the frequencies that it does not need. */
function smallestEighths({ height, width }: Size, sizedTo: Size): Size | undefined {
  if (height < sizedTo.height || width < sizedTo.width) return undefined;
  const shrink = Math.min(height / sizedTo.height, width / sizedTo.width);
  const eighths = Math.min(8, Math.ceil((8 * leftToResample) / shrink));
  return { height: Math.ceil((height * eighths) / 8), width: Math.ceil((width * eighths) / 8) };
}
