// Where decoded images are kept between runs, and how an unchanged folder is recognised without reading its files.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { freemem, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { removeAbandoned } from '../../system/partial.ts';
import { cachePath } from '../../system/user-cache.ts';
import { writeFileAtomicSync } from '../../system/write-file.ts';
import type { ImageSpec } from '../decode/decode.ts';
import { type Journal, rescueDecoded, startJournal } from '../decode/decode-journal.ts';
import { rawPath } from './file-names.ts';
import type { ImageFile } from './files.ts';
import { createPacked, createPackedInMemory, type PackedWriter } from './packed-file.ts';

/** Changes where the same file and spec give other pixels, or the packed file's layout changes. */
const formatVersion = 4;

/** A place for packed images while the process runs, or for good. */
export interface Store {
  /** In a sentence: where the images are kept. */
  place: string;
  create(imageBytes: number): PackedWriter;
  /** Notes what is written, for the next start after `kill -9`; where there is no journal, that start decodes everything. */
  startJournal?(partial: string, imageBytes: number): Journal | undefined;
}

/**
 * Places for packed images, best first: the cache, where the next run finds them; a file without a name in the system's temporary
 * folder; memory, where it is enough.
 */
export function stores(spec: ImageSpec, totalBytes: number): Store[] {
  const cache: Store = {
    place: cachePath('images'),
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
        return undefined; // no room
      }
    },
  };
  const temporary: Store = {
    place: 'a temporary file',
    create: (imageBytes) => createPacked(join(tmpdir(), 'dcgan-images'), imageBytes),
  };
  const memory: Store = { place: 'memory', create: createPackedInMemory };
  return [cache, temporary, ...(totalBytes < freemem() / mostOfMemory ? [memory] : [])];
}

const mostOfMemory = 4;

/** Lets the next decode begin with what killed processes had decoded. */
export function rescueKilled(): void {
  rescueDecoded(cachePath('images', 'journals'));
}

/** Makes the cache's folders, and removes packed files that killed processes left half written. */
function makeFolders(): void {
  for (const folder of ['listings', 'journals']) mkdirSync(cachePath('images', folder), { recursive: true });
  removeAbandoned(cachePath('images'));
  removeAbandoned(cachePath('images', 'listings'));
}

/** What a packed file is named after while it is written, when its fingerprint is not yet known. */
function newPackedPath(): string {
  return cachePath('images', 'new');
}

/** The packed file of these images under this spec. */
export function packedPath(fingerprint: string, spec: ImageSpec): string {
  return packedPathOf(fingerprint, spec);
}

/** The packed file of what a stopped decode of this folder under this spec had finished. */
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

/** The file that remembers a listing's fingerprint: its name covers the folder and every path, size, time of change and inode. */
export function listingPath(directory: string, files: readonly ImageFile[]): string {
  const hash = createHash('sha256').update(realpathSync(rawPath(directory), { encoding: 'buffer' }));
  for (const file of files) hash.update('\n').update(rawPath(file.path)).update(`\0${file.identity}`);
  return cachePath('images', 'listings', hash.digest('hex').slice(0, 32));
}

/** The fingerprint that `rememberFingerprint` wrote, if it did. */
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
