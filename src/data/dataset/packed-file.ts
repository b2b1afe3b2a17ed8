// Decoded images back to back in one file, read in any order without holding them in memory:
// [image 0][image 1]...[CRC-32 of each image, uint32][record as JSON][length of the record, uint32][CRC-32 of checksums and record][magic]
import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { partialPath } from '../../system/partial.ts';
import { readAtSync } from '../../system/read-file.ts';
import type { DatasetTones, Tones } from '../decode/image-tones.ts';
import type { Levels } from '../decode/levels.ts';
import { crc32 } from './checksum.ts';

const magic = 'DCGANIM2';
/** Of this layout and of earlier ones, all of which may be removed from the cache. */
const magics: readonly string[] = [magic, 'DCGANIM1'];
const tailBytes = 8 + magic.length;

/** What a packed file says about itself; `skipped` and `tones` count files in the order of their paths. */
export interface PackedRecord {
  fingerprint: string;
  count: number;
  imageBytes: number;
  skipped: { index: number; reason: string }[];
  /** Whether every file could be opened, if not decoded. */
  allBytesRead: boolean;
  tones: DatasetTones;
  /** What values were stretched from, if they were. */
  levels?: Levels;
  /** In place of a fingerprint where decoding was stopped: the files done by then, those with an image in the images' order. */
  unfinished?: FinishedFile[];
}

/** A file that could be decoded before decoding was stopped. */
export interface FinishedFile {
  /** Changes with the file's path and whenever it is written. */
  key: string;
  /** SHA-256 of its bytes. */
  digest: string;
  /** Of its values, where these are stretched. */
  levels?: Levels;
  /** Of its image, which is there if these are. */
  tones?: Tones;
}

/** Packed images that can be read. */
export interface Packed {
  record: PackedRecord;
  /** CRC-32 per image. */
  checksums: Uint32Array;
  /** Reads image `index` into `target`; returns the bytes that were there. */
  readImage(index: number, target: Buffer): number;
  close(): void;
}

export interface PackedWriter {
  /** Where it is written, if it has a name. */
  readonly partial?: string;
  /** One or more images, back to back. Returns their checksums. */
  append(images: Uint8Array): number[];
  /** Makes the images complete and readable. */
  keep(record: PackedRecord): Packed;
  /** Leaves what there is to the next start, where the place is one that it looks in, and closes. */
  leave(record: PackedRecord): void;
  /** Removes what was not kept. */
  close(): void;
}

/** Opens a packed file; undefined where there is none, or one that is not whole or holds images of another size. */
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

/** Whether a file is one of these, of whatever version. */
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
 * Starts a packed file beside `path`, which is only what it is named after until it is kept: under the name that `nameFor` gives, or,
 * without it, under none: it is gone when it is closed.
 */
export function createPacked(
  path: string,
  imageBytes: number,
  nameFor?: (record: PackedRecord) => string,
): PackedWriter {
  const partial = partialPath(path);
  const descriptor = openSync(partial, 'wx+');
  if (!nameFor) rmSync(partial, { force: true }); // the system keeps it until it is closed, however the process ends
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
    leave(record) {
      if (!nameFor) return close();
      writeAll(descriptor, tailOf(checksums, record));
      finish(nameFor(record)); // not synced, which may take long: checksums tell what a power cut took
    },
    close,
  };
}

/** How far a decode has come: an image counts one, and so do its levels. */
export function stepsIn(files: readonly FinishedFile[]): number {
  return files.reduce((sum, { levels, tones }) => sum + (levels ? 1 : 0) + (tones ? 1 : 0), 0);
}

/** Makes a packed file of the images that a killed process has written to `path`. */
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

/** Images in memory, where there is no disk to write them to. */
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
    leave: () => void parts.splice(0),
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

/** From `position` on, or where the last write ended. */
function writeAll(descriptor: number, bytes: Uint8Array, position?: number): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(descriptor, bytes, done, bytes.length - done, position === undefined ? null : position + done);
  }
}
