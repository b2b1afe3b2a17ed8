// File names with any bytes as strings: a byte that is not UTF-8 becomes a lone surrogate U+DC80 to U+DCFF, as in Python's
// surrogateescape (PEP 383), so that every name can be converted back.
import { isUtf8 } from 'node:buffer';

/** UTF-8 sequences of two to four bytes (RFC 3629, section 4), and single invalid bytes, in text read as latin1. */
const sequences =
  /[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}|[\x80-\xff]/g;

export function nameFromBytes(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString();
  return bytes
    .toString('latin1')
    .replaceAll(sequences, (found) =>
      found.length > 1 ? Buffer.from(found, 'latin1').toString() : String.fromCharCode(0xdc00 + found.charCodeAt(0)),
    );
}

/** The path for the file system: unchanged, or as bytes if some are not UTF-8. */
export function rawPath(path: string): string | Buffer {
  if (!/[\udc80-\udcff]/u.test(path)) return path;
  const parts = path.split(/([\udc80-\udcff])/u);
  return Buffer.concat(
    parts.map((part, i) => (i % 2 === 0 ? Buffer.from(part) : Buffer.of(part.charCodeAt(0) & 0xff))),
  );
}
