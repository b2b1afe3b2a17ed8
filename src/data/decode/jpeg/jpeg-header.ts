// Reads the header of simple JPEG files: baseline, without orientation or colour profile, as most files are.

export interface JpegHeader {
  height: number;
  width: number;
  /** 1 grey, 3 colour. */
  components: 1 | 3;
}

const startOfScan = 0xda;
const baselineFrame = 0xc0;
const otherFrames = new Set([0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf]);
/** Segments that may rotate a picture (Exif) or change its colours (ICC profiles). */
const meaningful = ['Exif\0', 'ICC_PROFILE\0'];

/**
 * The header of a baseline JPEG with 8 bits per sample, grey or of three components, without Exif data and colour profile.
 * Undefined for every other file: progressive, CMYK, arithmetic, damaged, not JPEG (ITU-T T.81, annex B).
 */
export function readJpegHeader(bytes: Uint8Array): JpegHeader | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let header: JpegHeader | undefined;
  for (let at = 2; at + 4 <= bytes.length; ) {
    const [marker, length] = [bytes[at + 1]!, view.getUint16(at + 2)];
    if (bytes[at] !== 0xff || marker < 0xc0 || length < 2 || at + 2 + length > bytes.length) return undefined;
    if (marker === startOfScan) return header;
    if (otherFrames.has(marker) || isMeaningful(bytes, at + 4)) return undefined;
    if (marker === baselineFrame) {
      if (header !== undefined || length < 9) return undefined;
      const [bits, height, width, components] = [
        bytes[at + 4],
        view.getUint16(at + 5),
        view.getUint16(at + 7),
        bytes[at + 9],
      ];
      if (bits !== 8 || height * width === 0 || (components !== 1 && components !== 3)) return undefined;
      header = { height, width, components };
    }
    at += 2 + length;
  }
  return undefined;
}

function isMeaningful(bytes: Uint8Array, start: number): boolean {
  return meaningful.some((name) => [...name].every((letter, i) => bytes[start + i] === letter.charCodeAt(0)));
}
