// A packed file holds decoded images, to be read in any order without holding them in memory:
// [image 0][image 1]...[CRC-32 of each image, uint32][record as JSON][length of the record, uint32][CRC-32 of checksums and record][magic]
import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { partialPath } from '../../system/partial.ts';
import { readAtSync } from '../../system/read-file.ts';
import type { DatasetTones, Tones } from '../decode/image-tones.ts';
import type { Levels } from '../decode/levels.ts';
import { crc32 } from './checksum.ts';

const magic = 'DCGANIM2';
/** Of this layout and earlier ones, all of which may be removed from the cache. */
const magics: readonly string[] = [magic, 'DCGANIM1'];
const tailBytes = 8 + magic.length;

/** Metadata of a packed file; indices in `skipped` and `tones` are of files sorted by path. */
export interface PackedRecord {
  fingerprint: string;
  count: number;
  imageBytes: number;
  skipped: { index: number; reason: string }[];
  /** Whether every file could be read, even if not decoded. */
  allBytesRead: boolean;
  tones: DatasetTones;
  /** The range that values were stretched from. */
  levels?: Levels;
  /** If decoding was interrupted: the finished files, instead of a fingerprint. Those with an image are in the images' order. */
  unfinished?: FinishedFile[];
}

/** A file that was decoded before decoding was interrupted. */
export interface FinishedFile {
  /** Hash of the file's path and identity. */
  key: string;
  /** SHA-256 of its bytes. */
  digest: string;
  /** Set if values are stretched. */
  levels?: Levels;
  /** Set if the packed file has its image. */
  tones?: Tones;
}

/** An open packed file. */
export interface Packed {
  record: PackedRecord;
  /** CRC-32 per image. */
  checksums: Uint32Array;
  /** Reads image `index` into `target`. @returns the number of bytes read */
  readImage(index: number, target: Buffer): number;
  close(): void;
}

export interface PackedWriter {
  /** Path of the partial file, if it has one. */
  readonly partial?: string;
  /** Appends one or more images. @returns their checksums */
  append(images: Uint8Array): number[];
  /** Completes the file and opens it. */
  keep(record: PackedRecord): Packed;
  /** Keeps the images so far for the next start, if the file has a name, and closes. */
  keepUnfinished(record: PackedRecord): void;
  /** Removes the file, unless it was kept. */
  close(): void;
}

/** Opens a packed file; undefined if it is missing or incomplete, or has images of another size. */
export function openPacked(path: string, imageBytes: number): Packed | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch {
    return undefined;
  }
  const tail = readTail(descriptor);
  if (tail?.record.imageBytes === imageBytes) return packedIn(descriptor, tail);
  closeSync(descriptor);
  return undefined;
}

/** Whether a file is a packed file of any version. */
export function isPacked(path: string): boolean {
  try {
    const descriptor = openSync(path, 'r');
    try {
      const { size } = fstatSync(descriptor);
      const end = readAtSync(descriptor, Buffer.alloc(magic.length), magic.length, Math.max(0, size - magic.length));
      return magics.includes(end.toString('latin1'));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return false;
  }
}

function packedIn(descriptor: number, { record, checksums }: Pick<Packed, 'record' | 'checksums'>): Packed {
  return {
    record,
    checksums,
    readImage: (index, target) => readAtSync(descriptor, target, target.length, index * record.imageBytes).length,
    close: () => closeSync(descriptor),
  };
}

function readTail(descriptor: number): Pick<Packed, 'record' | 'checksums'> | undefined {
  const fileBytes = fstatSync(descriptor).size;
  if (fileBytes < tailBytes) return undefined;
  const tail = readAtSync(descriptor, Buffer.alloc(tailBytes), tailBytes, fileBytes - tailBytes);
  const recordBytes = tail.readUInt32LE(0);
  if (tail.toString('latin1', 8) !== magic || recordBytes > fileBytes - tailBytes) return undefined;
  const json = readAtSync(descriptor, Buffer.alloc(recordBytes), recordBytes, fileBytes - tailBytes - recordBytes);
  try {
    const record = JSON.parse(json.toString()) as PackedRecord;
    const imagesBytes = record.count * record.imageBytes;
    if (imagesBytes + 4 * record.count + recordBytes + tailBytes !== fileBytes) return undefined;
    const checksums = readAtSync(descriptor, Buffer.alloc(4 * record.count), 4 * record.count, imagesBytes);
    if (crc32(Buffer.concat([checksums, json])) !== tail.readUInt32LE(4)) return undefined;
    return { record, checksums: Uint32Array.from({ length: record.count }, (_, i) => checksums.readUInt32LE(4 * i)) };
  } catch {
    return undefined;
  }
}

/**
 * Creates a packed file as a partial file beside `path`. Keeping it renames it to the path from `nameFor`; without `nameFor` it
 * has no name, and disappears when it is closed.
 */
export function createPacked(
  path: string,
  imageBytes: number,
  nameFor?: (record: PackedRecord) => string,
): PackedWriter {
  const partial = partialPath(path);
  const descriptor = openSync(partial, 'wx+');
  if (!nameFor) rmSync(partial, { force: true }); // the system frees it when the process ends, even by kill -9
  const checksums: number[] = [];
  let open = true;
  const close = () => {
    if (open) closeSync(descriptor);
    open = false;
    rmSync(partial, { force: true });
  };
  const finish = (final: string) => {
    closeSync(descriptor);
    open = false;
    renameSync(partial, final);
    return final;
  };
  return {
    ...(nameFor && { partial }),
    append(images) {
      const added = checksumsOf(images, imageBytes);
      checksums.push(...added);
      writeAll(descriptor, images);
      return added;
    },
    keep(record) {
      if (!nameFor) {
        open = false;
        return packedIn(descriptor, { record, checksums: Uint32Array.from(checksums) });
      }
      writeAll(descriptor, tailOf(checksums, record));
      fsyncSync(descriptor);
      const final = finish(nameFor(record));
      const kept = openPacked(final, imageBytes);
      if (!kept) throw new Error('the decoded images were removed before they could be opened');
      return kept;
    },
    keepUnfinished(record) {
      if (!nameFor) return close();
      writeAll(descriptor, tailOf(checksums, record));
      finish(nameFor(record)); // not synced, which may take long: checksums detect what a power cut lost
    },
    close,
  };
}

/** Amount of finished work: one per decoded image, and one per image whose levels were measured. */
export function stepsIn(files: readonly FinishedFile[]): number {
  return files.reduce((sum, { levels, tones }) => sum + (levels ? 1 : 0) + (tones ? 1 : 0), 0);
}

/** Completes a packed file whose process was killed. */
export function completePacked(path: string, checksums: readonly number[], record: PackedRecord): void {
  const descriptor = openSync(path, 'r+');
  try {
    const imagesBytes = record.count * record.imageBytes;
    ftruncateSync(descriptor, imagesBytes);
    writeAll(descriptor, tailOf(checksums, record), imagesBytes);
  } finally {
    closeSync(descriptor);
  }
}

/** Packed images in memory, if no disk can be written. */
export function createPackedInMemory(imageBytes: number): PackedWriter {
  const parts: Buffer[] = [];
  return {
    append(images) {
      parts.push(Buffer.from(images));
      return checksumsOf(images, imageBytes);
    },
    keep(record) {
      const whole = Buffer.concat(parts.splice(0));
      return {
        record,
        checksums: Uint32Array.from(checksumsOf(whole, imageBytes)),
        readImage: (index, target) => whole.copy(target, 0, index * imageBytes, (index + 1) * imageBytes),
        close() {},
      };
    },
    keepUnfinished: () => void parts.splice(0),
    close: () => void parts.splice(0),
  };
}

function checksumsOf(images: Uint8Array, imageBytes: number): number[] {
  return Array.from({ length: images.length / imageBytes }, (_, i) =>
    crc32(images.subarray(i * imageBytes, (i + 1) * imageBytes)),
  );
}

function tailOf(checksums: readonly number[], record: PackedRecord): Buffer {
  const json = Buffer.from(JSON.stringify(record));
  const table = Buffer.alloc(4 * checksums.length);
  for (const [i, checksum] of checksums.entries()) table.writeUInt32LE(checksum, 4 * i);
  const body = Buffer.concat([table, json]);
  const tail = Buffer.alloc(8);
  tail.writeUInt32LE(json.length, 0);
  tail.writeUInt32LE(crc32(body), 4);
  return Buffer.concat([body, tail, Buffer.from(magic)]);
}

/** Writes at `position`, or where the last write ended. */
function writeAll(descriptor: number, bytes: Uint8Array, position?: number): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(descriptor, bytes, done, bytes.length - done, position === undefined ? null : position + done);
  }
}
