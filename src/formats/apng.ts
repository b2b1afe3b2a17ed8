// Joins PNGs of one size and colour type into an animated PNG, which sharp cannot write.
// Format: PNG, third edition, section 11.3.6 (https://www.w3.org/TR/png-3/#apng-frame-based-animation).
import crc32 from 'crc-32';

interface Chunk {
  type: string;
  data: Uint8Array;
}

const signatureLength = 8;

/** Frames are PNG files. The animation loops for ever; viewers without support for APNG show the first frame. */
export function encodeApng(frames: readonly Uint8Array[], delayMs: number): Uint8Array {
  const [first, ...others] = frames.map(readChunks);
  const header = first!.find(({ type }) => type === 'IHDR')!;
  let sequence = 0;
  const control = () => ({ type: 'fcTL', data: frameControl(sequence++, header.data, delayMs) });
  const chunks = [
    header,
    ...first!.filter(({ type }) => type === 'eXIf'),
    { type: 'acTL', data: integers(frames.length, 0) }, // 0: loop for ever
    control(),
    ...pixelData(first!),
    ...others.flatMap((frame) => [
      control(),
      ...pixelData(frame).map(({ data }) => ({ type: 'fdAT', data: joined(integers(sequence++), data) })),
    ]),
    { type: 'IEND', data: new Uint8Array() },
  ];
  return joined(frames[0]!.subarray(0, signatureLength), ...chunks.map(writeChunk));
}

function pixelData(chunks: readonly Chunk[]): Chunk[] {
  return chunks.filter(({ type }) => type === 'IDAT');
}

/** For a full frame that replaces the one before. The header begins with width and height. */
function frameControl(sequence: number, header: Uint8Array, delayMs: number): Uint8Array {
  const offset = integers(0, 0);
  const delay = Uint8Array.of(delayMs >> 8, delayMs & 0xff, 1000 >> 8, 1000 & 0xff); // delayMs / 1000 s
  const replacing = Uint8Array.of(0, 0);
  return joined(integers(sequence), header.subarray(0, 8), offset, delay, replacing);
}

function readChunks(png: Uint8Array): Chunk[] {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const chunks: Chunk[] = [];
  for (let at = signatureLength; at < png.length; ) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(...png.subarray(at + 4, at + 8));
    chunks.push({ type, data: png.subarray(at + 8, at + 8 + length) });
    at += 12 + length;
  }
  return chunks;
}

function writeChunk({ type, data }: Chunk): Uint8Array {
  const checked = joined(Buffer.from(type, 'latin1'), data);
  return joined(integers(data.length), checked, integers(crc32.buf(checked)));
}

/** Big-endian, 32 bits each. */
function integers(...values: number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, i) => {
    view.setUint32(4 * i, value);
  });
  return new Uint8Array(view.buffer);
}

function joined(...parts: Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}
