// Decoded images back to back in one file, read in any order without holding them in memory:
// [image 0][image 1]...[record as JSON][length of the record, uint32][magic, 8 bytes]
import { closeSync, fstatSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { partialPath } from '../system/partial.ts';

const magic = 'DCGANIM1';
const tailBytes = 4 + magic.length;

/** What a packed file says about itself; `skipped` counts files in the order of their paths. */
export interface PackedRecord {
  fingerprint: string;
  count: number;
  imageBytes: number;
  skipped: { index: number; reason: string }[];
}

interface Packed {
  descriptor: number;
  record: PackedRecord;
}

interface PackedWriter {
  append(image: Uint8Array): void;
  /** Makes the file complete and gives it its name. */
  finish(path: string, record: PackedRecord): void;
  /** Closes the file and removes it where it was not finished. */
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
  const record = readRecord(descriptor);
  if (record?.imageBytes === imageBytes) return { descriptor, record };
  closeSync(descriptor);
  return undefined;
}

function readRecord(descriptor: number): PackedRecord | undefined {
  const fileBytes = fstatSync(descriptor).size;
  const tail = Buffer.alloc(tailBytes);
  if (fileBytes < tailBytes || readSync(descriptor, tail, 0, tailBytes, fileBytes - tailBytes) < tailBytes)
    return undefined;
  const recordBytes = tail.readUInt32LE(0);
  if (tail.toString('latin1', 4) !== magic || recordBytes > fileBytes - tailBytes) return undefined;
  const json = Buffer.alloc(recordBytes);
  readSync(descriptor, json, 0, recordBytes, fileBytes - tailBytes - recordBytes);
  try {
    const record = JSON.parse(json.toString()) as PackedRecord;
    return record.count * record.imageBytes + recordBytes + tailBytes === fileBytes ? record : undefined;
  } catch {
    return undefined;
  }
}

/** Starts a packed file beside `path`, which is only what it is named after until it is finished. */
export function createPacked(path: string): PackedWriter {
  const partial = partialPath(path);
  const descriptor = openSync(partial, 'wx');
  let open = true;
  const close = () => {
    if (open) closeSync(descriptor);
    open = false;
    rmSync(partial, { force: true });
  };
  return {
    append: (image) => writeAll(descriptor, image),
    finish: (finalPath, record) => {
      const json = Buffer.from(JSON.stringify(record));
      const length = Buffer.alloc(4);
      length.writeUInt32LE(json.length);
      writeAll(descriptor, Buffer.concat([json, length, Buffer.from(magic)]));
      fsyncSync(descriptor);
      closeSync(descriptor);
      open = false;
      renameSync(partial, finalPath);
    },
    close,
  };
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
}
