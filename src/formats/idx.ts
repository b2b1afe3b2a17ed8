// The idx file format of MNIST: big-endian header, then one byte per pixel or label. http://yann.lecun.com/exdb/mnist/
import { DcganError } from '../errors.ts';

const imagesMagic = 0x803;
const labelsMagic = 0x801;

/** Images of one idx3 file: uint8 [count, height, width], 0 is background. */
export interface IdxImages {
  count: number;
  height: number;
  width: number;
  pixels: Uint8Array;
}

/** Whether a file has the magic number of images with one byte per pixel. */
export function isIdxImages(file: Buffer): boolean {
  return readHeader(file, 1)[0] === imagesMagic;
}

/** Reads an idx3-ubyte file. @throws DcganError `data.idx` if its header does not match its length */
export function readIdxImages(file: Buffer, name: string): IdxImages {
  const [magic, count, height, width] = readHeader(file, 4);
  const pixels = file.subarray(16);
  const isEmpty = height === 0 || width === 0;
  if (magic !== imagesMagic || isEmpty || pixels.length !== count! * height! * width!) throw notIdx(file, name);
  return { count: count!, height: height!, width: width!, pixels };
}

/** Reads an idx1-ubyte file: one label per image. */
export function readIdxLabels(file: Buffer, name: string): Uint8Array {
  const [magic, count] = readHeader(file, 2);
  const labels = file.subarray(8);
  if (magic !== labelsMagic || labels.length !== count) throw notIdx(file, name);
  return labels;
}

function readHeader(file: Buffer, words: number): number[] {
  if (file.length < 4 * words) return [];
  return Array.from({ length: words }, (_, i) => file.readUInt32BE(4 * i));
}

function notIdx(file: Buffer, name: string): DcganError {
  return new DcganError('data.idx', {
    happened: `${name} (${file.length} bytes) is not a complete idx file.`,
    expected: 'Expected an MNIST file: magic number, sizes, and one byte per pixel or label.',
  });
}
