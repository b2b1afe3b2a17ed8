// Reads binary gray and colour Netpbm files (.pgm, .ppm), as in scientific data sets. https://netpbm.sourceforge.net/doc/ppm.html
import { checkPixels, type RawPicture } from '../raw-picture.ts';

const maxHeaderBytes = 4096;

/** Reads P5 (gray) and P6 (RGB), scaled to the full range of 8 or 16 bits. Throws if the file is of another kind or truncated. */
export function readNetpbm(file: Uint8Array): RawPicture {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.length);
  const header = /^P([56])(?:\s|#[^\n\r]*[\n\r])+(\d+)(?:\s|#[^\n\r]*[\n\r])+(\d+)(?:\s|#[^\n\r]*[\n\r])+(\d+)\s/.exec(
    bytes.toString('latin1', 0, maxHeaderBytes),
  );
  if (!header) throw new Error('of the Netpbm formats only binary gray and RGB (P5, P6) are supported');
  const [width, height, largest] = header.slice(2).map(Number) as [number, number, number];
  if (largest < 1 || largest > 0xffff) throw new Error(`its largest value is ${largest}`);
  checkPixels(height, width);
  const channels = header[1] === '5' ? 1 : 3;
  const count = height * width * channels;
  const wide = largest > 0xff;
  const start = header[0].length;
  if (bytes.length < start + count * (wide ? 2 : 1)) throw new Error('the file ends before its last pixel');
  const full = wide ? 0xffff : 0xff;
  const samples = wide ? new Uint16Array(count) : new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const value = wide ? bytes.readUInt16BE(start + 2 * i) : bytes[start + i]!;
    samples[i] = largest === full ? value : Math.round((Math.min(value, largest) * full) / largest);
  }
  return { samples, height, width, channels };
}
