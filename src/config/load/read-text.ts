// Reads a config file as UTF-8, or as UTF-16 from some Windows editors and shells, with or without a byte-order mark.
import { DcganError, messageOf } from '../../errors.ts';
import { readRegular } from '../../system/read-file.ts';
import { maxFileBytes } from '../schema/limits.ts';

/** @throws DcganError `config.unreadable`, `config.malformed` */
export async function readText(path: string): Promise<string> {
  const bytes = await readBytes(path);
  const encoding = encodingOf(bytes);
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    throw new DcganError(
      'config.malformed',
      {
        happened: `${path} looks like ${encoding.toUpperCase()} text, but is not valid ${encoding.toUpperCase()}.`,
        expected: 'Expected UTF-8 or UTF-16.',
        fix: 'Save it as UTF-8.',
      },
      { cause: error },
    );
  }
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readRegular(path, maxFileBytes);
  } catch (error) {
    throw new DcganError(
      'config.unreadable',
      { happened: `Cannot read the config ${path}: ${messageOf(error)}.` },
      { cause: error },
    );
  }
}

/** Without a byte-order mark: a config begins with two ASCII characters, each of which has a zero byte in UTF-16. */
function encodingOf([first, second]: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0)) return 'utf-16le';
  if ((first === 0xfe && second === 0xff) || (first === 0 && second !== 0)) return 'utf-16be';
  return 'utf-8';
}
