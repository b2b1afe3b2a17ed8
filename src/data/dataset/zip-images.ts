// Reads images in a ZIP file without unpacking it, so that no name in it becomes a path on the disk.
import { inflateRawSync } from 'node:zlib';
import { type Entry, fromFdPromise, getFileNameLowLevel, parseExtraFields, validateFileName } from 'yauzl';
import { messageOf } from '../../errors.ts';
import { openRegular, readAtSync, withRegularFileSync } from '../../system/read-file.ts';
import { checkFileBytes } from '../decode/read-image-file.ts';
import { crc32 } from './checksum.ts';
import { nameFromBytes, rawPath } from './file-names.ts';

export interface ZipEntry {
  /** Offset of its local header. */
  position: number;
  method: number;
  encrypted: boolean;
  compressedBytes: number;
  sizeBytes: number;
  crc32: number;
}

const [stored, deflated] = [0, 8];
const localHeaderBytes = 30;
const localSignature = 0x04034b50;
const utf8Flag = 0x800;
/** Each entry takes memory; no data set has more. */
const maxEntries = 20_000_000;

/** The files of an archive in its own order, without folders. Throws Error if it is damaged. */
export async function* zipEntries(path: string): AsyncGenerator<[name: string, entry: ZipEntry]> {
  const file = await openRegular(rawPath(path));
  try {
    const zip = await fromFdPromise(file.fd, { autoClose: false, lazyEntries: true, decodeStrings: false });
    if (zip.entryCount > maxEntries) throw new Error(`it claims to hold ${zip.entryCount} files`);
    for await (const entry of zip.eachEntry()) {
      const name = nameOf(entry);
      if (name === '' || name.endsWith('/')) continue;
      yield [name, place(entry)];
    }
  } catch (error) {
    throw new Error(messageOf(error).replace(/\.$/, ''), { cause: error });
  } finally {
    await file.close();
  }
}

const [maxNameBytes, maxPathBytes] = [255, 4096]; // NAME_MAX and PATH_MAX of Linux

/** Whether a file in a folder could have this name: not a path to elsewhere, and not too long. */
export function isPathInFolder(name: string): boolean {
  const isShort = Buffer.byteLength(name) < maxPathBytes;
  return (
    validateFileName(name) === null &&
    isShort &&
    name.split('/').every((part) => Buffer.byteLength(part) <= maxNameBytes)
  );
}

/** Removes './', with which some programs begin every name. */
function nameOf(entry: Entry): string {
  return decodedName(entry).replaceAll(/(?<=^|\/)(\.\/)+/g, '');
}

/** Without the UTF-8 flag a name is in code page 437, although most programs write UTF-8. */
function decodedName(entry: Entry): string {
  const bytes = entry.fileName as unknown as Buffer; // decodeStrings: false
  const flag = entry.generalPurposeBitFlag;
  if (flag & utf8Flag) return nameFromBytes(bytes).replaceAll('\\', '/');
  return getFileNameLowLevel(flag, bytes, parseExtraFields(entry.extraFieldRaw), false);
}

function place(entry: Entry): ZipEntry {
  return {
    position: entry.relativeOffsetOfLocalHeader,
    method: entry.compressionMethod,
    encrypted: entry.isEncrypted(),
    compressedBytes: entry.compressedSize,
    sizeBytes: entry.uncompressedSize,
    crc32: entry.crc32,
  };
}

/** The bytes of a file in an archive. Throws Error if they do not match its directory, or exceed the limit of an image file. */
export function readZipEntry(path: string, entry: ZipEntry): Buffer {
  if (entry.encrypted) throw new Error('it is encrypted');
  if (entry.method !== stored && entry.method !== deflated)
    throw new Error(`its compression method ${entry.method} is not supported; pack the archive again`);
  checkFileBytes(Math.max(entry.compressedBytes, entry.sizeBytes));
  const packed = withRegularFileSync(rawPath(path), (descriptor) => {
    const header = readAtSync(descriptor, Buffer.alloc(localHeaderBytes), localHeaderBytes, entry.position);
    if (header.length < localHeaderBytes || header.readUInt32LE(0) !== localSignature)
      throw new Error('its place in the archive is damaged');
    const start = entry.position + localHeaderBytes + header.readUInt16LE(26) + header.readUInt16LE(28);
    return readAtSync(descriptor, Buffer.allocUnsafe(entry.compressedBytes), entry.compressedBytes, start);
  });
  const bytes = entry.method === stored ? packed : inflate(packed, entry.sizeBytes);
  if (bytes.length !== entry.sizeBytes || crc32(bytes) !== entry.crc32)
    throw new Error('its bytes do not have the size and checksum that the archive states');
  return bytes;
}

/** Throws at the first byte beyond the stated size. */
function inflate(packed: Buffer, sizeBytes: number): Buffer {
  return inflateRawSync(packed, { maxOutputLength: Math.max(sizeBytes, 1) });
}
