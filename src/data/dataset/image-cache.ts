// The cache of decoded images between runs: file names, and how an unchanged folder is recognised without reading its files.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { freemem, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { removeAbandoned } from '../../system/partial.ts';
import { cachePath } from '../../system/user-cache.ts';
import { writeFileAtomicSync } from '../../system/write-file.ts';
import type { ImageSpec } from '../decode/decode.ts';
import { type Journal, recoverDecoded, startJournal } from '../decode/decode-journal.ts';
import { rawPath } from './file-names.ts';
import type { ImageFile } from './files.ts';
import { createPacked, createPackedInMemory, type PackedWriter } from './packed-file.ts';

/** Raised when the same file and spec give other pixels, or the packed file's layout changes. */
const formatVersion = 4;

export interface Store {
  /** For messages. */
  location: string;
  create(imageBytes: number): PackedWriter;
  /** Starts a journal for the next start after `kill -9`; without one, that start decodes everything. */
  startJournal?(partial: string, imageBytes: number): Journal | undefined;
}

/**
 * Stores for packed images, best first: the cache, where the next run finds them; an unnamed file in the system's temporary
 * folder; memory, if there is enough.
 */
export function stores(spec: ImageSpec, totalBytes: number): Store[] {
  const cache: Store = {
    location: cachePath('images'),
    create(imageBytes) {
      makeFolders();
      return createPacked(newPackedPath(), imageBytes, (record) =>
        record.unfinished ? unfinishedPath(spec) : packedPath(record.fingerprint, spec),
      );
    },
    startJournal(partial, imageBytes) {
      try {
        const final = basename(unfinishedPath(spec));
        return startJournal(cachePath('images', 'journals'), { partial: basename(partial), final, imageBytes });
      } catch {
        return undefined; // no space for a journal
      }
    },
  };
  const temporary: Store = {
    location: 'a temporary file',
    create: (imageBytes) => createPacked(join(tmpdir(), 'dcgan-images'), imageBytes),
  };
  const memory: Store = { location: 'memory', create: createPackedInMemory };
  return [cache, temporary, ...(totalBytes < freemem() / maxOfMemory ? [memory] : [])];
}

const maxOfMemory = 4;

/** Recovers the images that killed processes had decoded, for the next decode. */
export function recoverKilled(): void {
  recoverDecoded(cachePath('images', 'journals'));
}

/** Makes the cache's folders, and removes incomplete files of killed processes. */
function makeFolders(): void {
  for (const folder of ['listings', 'journals']) mkdirSync(cachePath('images', folder), { recursive: true });
  removeAbandoned(cachePath('images'));
  removeAbandoned(cachePath('images', 'listings'));
}

/** Base of a partial file's name, while its fingerprint is unknown. */
function newPackedPath(): string {
  return cachePath('images', 'new');
}

export function packedPath(fingerprint: string, spec: ImageSpec): string {
  return packedPathOf(fingerprint, spec);
}

/** Path of the packed file that an interrupted decode of this folder keeps. */
export function unfinishedPath(spec: ImageSpec): string {
  const folder = realpathSync(rawPath(spec.directory), { encoding: 'buffer' });
  return packedPathOf(`unfinished ${folder.toString('latin1')}`, spec);
}

function packedPathOf(images: string, spec: ImageSpec): string {
  const background = spec.channels === 4 ? 'kept' : spec.background;
  const basics = [formatVersion, images, spec.height, spec.width, spec.channels, background, spec.fit];
  const options = [...(spec.gray === 'rec601' ? ['rec601'] : []), ...(spec.stretch ? ['stretch'] : [])];
  return cachePath(
    'images',
    `${createHash('sha256')
      .update([...basics, ...options].join('\n'))
      .digest('hex')
      .slice(0, 32)}.images`,
  );
}

/** Path of the file with a listing's fingerprint. Its name is a hash of the folder and of every path and identity. */
export function listingPath(directory: string, files: readonly ImageFile[]): string {
  const hash = createHash('sha256').update(realpathSync(rawPath(directory), { encoding: 'buffer' }));
  for (const file of files) hash.update('\n').update(rawPath(file.path)).update(`\0${file.identity}`);
  return cachePath('images', 'listings', hash.digest('hex').slice(0, 32));
}

export function recallFingerprint(path: string): string | undefined {
  try {
    return /^[0-9a-f]{64}$/.exec(readFileSync(path, 'utf8'))?.[0];
  } catch {
    return undefined;
  }
}

/** Records the fingerprint of a listing's files. Throws if the cache cannot be written. */
export function rememberFingerprint(path: string, fingerprint: string): void {
  writeFileAtomicSync(path, fingerprint);
}
