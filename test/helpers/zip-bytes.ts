// Builds valid and inconsistent ZIP files byte by byte (PKWARE's APPNOTE.TXT).
import zlib from 'node:zlib';

export interface ZipEntry {
  name: string;
  bytes: Uint8Array;
  /** Overrides of the directory's fields. */
  lies?: { method?: number; flags?: number; size?: number; uncompressed?: number; header?: number; crc32?: number };
}

/** A ZIP file with stored entries. */
export function zipOf(entries: readonly ZipEntry[]): Uint8Array {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let position = 0;
  for (const { name, bytes, lies = {} } of entries) {
    const {
      method = 0,
      flags = 0x0800,
      size = bytes.length,
      header = position,
      crc32 = zlib.crc32?.(bytes) ?? 0,
    } = lies;
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(Buffer.byteLength(name), 26);
    const file = Buffer.concat([local, Buffer.from(name), bytes]);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(flags, 8);
    central.writeUInt16LE(method, 10);
    central.writeUInt32LE(crc32, 16);
    central.writeUInt32LE(size, 20);
    central.writeUInt32LE(lies.uncompressed ?? size, 24);
    central.writeUInt16LE(Buffer.byteLength(name), 28);
    central.writeUInt32LE(header, 42);
    files.push(file);
    directory.push(Buffer.concat([central, Buffer.from(name)]));
    position += file.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(position, 16);
  return Buffer.concat([...files, ...directory, end]);
}
