// CRC-32 (ISO 3309, as in zip and PNG): Node's own where it has one (20.15), a package's otherwise.
import zlib from 'node:zlib';
import crc from 'crc-32';

export const crc32: (bytes: Uint8Array) => number = zlib.crc32 ?? ((bytes) => crc.buf(bytes) >>> 0);
