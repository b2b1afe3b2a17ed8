// Reads uncompressed BMP files of 1 to 32 bits per pixel: palettes, bit masks, either row order. fast-bmp supports no palettes,
// bmp-ts loses rows of some files. https://learn.microsoft.com/windows/win32/gdi/bitmap-header-types
import { checkPixels, type RawPicture } from '../raw-picture.ts';

const infoStart = 14;
const coreInfoBytes = 12; // of OS/2
const [uncompressed, bitFields, alphaBitFields] = [0, 3, 6];
const compressions: Readonly<Record<number, string>> = { 1: 'RLE', 2: 'RLE', 4: 'JPEG', 5: 'PNG' };

interface Header {
  width: number;
  height: number;
  topDown: boolean;
  bits: number;
  /** Offset of the pixels; a row takes `rowBytes`. */
  start: number;
  rowBytes: number;
  masks: readonly number[];
  palette: Buffer;
  /** Bytes per colour in the palette. */
  entryBytes: 3 | 4;
}

/** Throws if the file is compressed, truncated or not a BMP. */
export function readBmp(file: Uint8Array): RawPicture {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.length);
  const header = readHeader(bytes);
  const { width, height, topDown, bits, start, rowBytes, masks } = header;
  if (start + rowBytes * height > bytes.length) throw new Error('the file ends before its last pixel');
  const channels = masks[3] ? 4 : 3;
  const samples = new Uint8Array(height * width * channels);
  const write = bits <= 8 ? paletteWriter(header) : bits === 24 ? writeBgr : maskWriter(bits, masks);
  for (let y = 0; y < height; y++) {
    const row = bytes.subarray(start + rowBytes * (topDown ? y : height - 1 - y));
    for (let x = 0; x < width; x++) write(row, x, samples, (y * width + x) * channels);
  }
  return { samples, height, width, channels };
}

function readHeader(bytes: Buffer): Header {
  if (bytes.length < infoStart + coreInfoBytes) throw new Error('the file ends within its header');
  const infoBytes = bytes.readUInt32LE(infoStart);
  const isCore = infoBytes === coreInfoBytes;
  if (!isCore && (infoBytes < 40 || infoBytes > 124 || bytes.length < infoStart + infoBytes))
    throw new Error(`a BMP header of ${infoBytes} bytes is not supported`);
  const width = isCore ? bytes.readUInt16LE(18) : bytes.readInt32LE(18);
  const signedHeight = isCore ? bytes.readUInt16LE(20) : bytes.readInt32LE(22);
  const height = Math.abs(signedHeight);
  checkPixels(height, width);
  const bits = bytes.readUInt16LE(isCore ? 24 : 28);
  if (![1, 4, 8, 16, 24, 32].includes(bits)) throw new Error(`BMP files of ${bits} bits per pixel are not supported`);
  const compression = isCore ? uncompressed : bytes.readUInt32LE(30);
  const hasMasks = (compression === bitFields || compression === alphaBitFields) && bits >= 16 && bits !== 24;
  if (compression !== uncompressed && !hasMasks)
    throw new Error(
      `BMP files with ${compressions[compression] ?? 'unknown'} compression are not read; convert it to PNG`,
    );
  const maskBytes = hasMasks && infoBytes === 40 ? (compression === bitFields ? 12 : 16) : 0;
  const paletteStart = infoStart + infoBytes + maskBytes;
  const entryBytes = isCore ? 3 : 4;
  const colours = isCore ? 0 : bytes.readUInt32LE(46);
  const entries = bits <= 8 ? Math.min(colours || 2 ** bits, 2 ** bits) : 0;
  return {
    width,
    height,
    topDown: signedHeight < 0,
    bits,
    start: bytes.readUInt32LE(10),
    rowBytes: 4 * Math.ceil((width * bits) / 32),
    masks: hasMasks
      ? readMasks(bytes, infoBytes, compression)
      : bits === 16
        ? [0x7c00, 0x3e0, 0x1f]
        : [0xff0000, 0xff00, 0xff],
    palette: bytes.subarray(paletteStart, paletteStart + entries * entryBytes),
    entryBytes,
  };
}

/** Red, green, blue, and alpha if the header is long enough. */
function readMasks(bytes: Buffer, infoBytes: number, compression: number): number[] {
  const count = infoBytes >= 56 || compression === alphaBitFields ? 4 : 3;
  const first = infoStart + 40;
  if (bytes.length < first + 4 * count) throw new Error('the file ends within its header');
  return Array.from({ length: count }, (_, i) => bytes.readUInt32LE(first + 4 * i));
}

type Writer = (row: Buffer, x: number, samples: Uint8Array, at: number) => void;

function writeBgr(row: Buffer, x: number, samples: Uint8Array, at: number): void {
  samples[at] = row[3 * x + 2]!;
  samples[at + 1] = row[3 * x + 1]!;
  samples[at + 2] = row[3 * x]!;
}

/** Pixels are indices, the highest bits first; an index beyond the palette is black. */
function paletteWriter({ bits, palette, entryBytes }: Header): Writer {
  const perByte = 8 / bits;
  return (row, x, samples, at) => {
    const shift = 8 - bits - (x % perByte) * bits;
    const entry = ((row[Math.floor(x / perByte)]! >> shift) & (2 ** bits - 1)) * entryBytes;
    for (let colour = 0; colour < 3; colour++) samples[at + colour] = palette[entry + 2 - colour] ?? 0;
  };
}

/** Each channel is the bits under its mask, scaled to 0..255. */
function maskWriter(bits: number, masks: readonly number[]): Writer {
  const channels = masks
    .filter((mask, i) => i < 3 || mask !== 0)
    .map((mask) => {
      const unit = mask === 0 ? 1 : (mask & -mask) >>> 0;
      return { mask, unit, largest: Math.max(1, mask / unit) };
    });
  return (row, x, samples, at) => {
    const pixel = bits === 16 ? row.readUInt16LE(2 * x) : row.readUInt32LE(4 * x);
    for (const [i, { mask, unit, largest }] of channels.entries()) {
      samples[at + i] = Math.round((255 * ((pixel & mask) >>> 0)) / unit / largest);
    }
  };
}
