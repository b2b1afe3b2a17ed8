// CRC-32 (ISO 3309, as in ZIP and PNG): Node's own since 20.15, otherwise that of a package.
import zlib from 'node:zlib';
import crc from 'crc-32';

export const crc32: (bytes: Uint8Array) => number = zlib.crc32 ?? ((bytes) => crc.buf(bytes) >>> 0);
