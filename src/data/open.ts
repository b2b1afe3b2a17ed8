// Opens a folder of images as a dataset: every image decoded once into a packed file, then read from there in any order.
import { createHash } from 'node:crypto';
import { closeSync, readSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DcganError, printable } from '../errors.ts';
import { cacheLimitBytes, evict, touch } from './cache-limit.ts';
import { checkBackground, type ImageSpec } from './decode.ts';
import { decodeInThreads } from './decode-threads.ts';
import { type ImageFile, listImages } from './files.ts';
import {
  listingPath,
  newPackedPath,
  openImageCache,
  orCacheError,
  packedPath,
  recallFingerprint,
  rememberFingerprint,
} from './image-cache.ts';
import { createPacked, openPacked, type PackedRecord } from './packed-file.ts';

const mostUnreadable = 0.05;

export type { ImageSpec } from './decode.ts';

/** Images of one size, on disk; memory does not grow with their number. */
export interface Dataset {
  readonly directory: string;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3 | 4;
  /** SHA-256 over the SHA-256 of each file's contents, in the order of their paths, as 64 hex digits. */
  readonly fingerprint: string;
  /** Files that could not be read, each with its reason. They are not among the `count` images. */
  readonly skipped: readonly { file: string; reason: string }[];
  /** Copies images into one array, uint8 [indices.length, height, width, channels]. */
  read(indices: ArrayLike<number>): Uint8Array;
  close(): void;
}

/** `list`: files found so far. `decode`: images decoded, of all; it does not come where the cache knows the folder. */
interface OpenProgress {
  phase: 'list' | 'decode';
  done: number;
  total: number;
}

/**
 * Reads a folder of images; `signal` ends that between two files, and it rejects with its reason. Files that cannot be read are skipped and named in `skipped`; throws DcganError `data.unreadable`
 * where these are more than 5 % or all, and `data.*` where the folder is missing, empty or without images.
 */
export async function openImages(
  spec: ImageSpec,
  onProgress: (event: OpenProgress) => void = () => {},
  signal?: AbortSignal,
): Promise<Dataset> {
  await checkBackground(spec.background);
  const limitBytes = cacheLimitBytes();
  const onFound = (found: number) => onProgress({ phase: 'list', done: found, total: found });
  const files = await listImages(spec.directory, onFound, signal);
  openImageCache();
  const listing = listingPath(spec.directory, files);
  const imageBytes = spec.height * spec.width * spec.channels;
  const known = recallFingerprint(listing);
  const cached = known && openPacked(packedPath(known, spec), imageBytes);
  if (cached) {
    for (const used of [listing, packedPath(known, spec)]) touch(used);
    return datasetOf(spec, files, cached.descriptor, cached.record);
  }

  const path = packedPath(await decodeAll(listing, files, spec, onProgress, signal), spec);
  const fresh = orCacheError(() => openPacked(path, imageBytes));
  if (!fresh) throw cacheGone(spec.directory);
  orCacheError(() => evict(dirname(path), limitBytes, path));
  return datasetOf(spec, files, fresh.descriptor, fresh.record);
}

/** Decodes every file, in order, into a new packed file. Returns the fingerprint that it is filed under. */
async function decodeAll(
  listing: string,
  files: readonly ImageFile[],
  spec: ImageSpec,
  onProgress: (event: OpenProgress) => void,
  signal: AbortSignal | undefined,
): Promise<string> {
  const writer = orCacheError(() => createPacked(newPackedPath()));
  const fingerprint = createHash('sha256');
  const skipped: PackedRecord['skipped'] = [];
  const paths = files.map((file) => join(spec.directory, file.path));
  let done = 0;
  let allBytesRead = true;
  try {
    for await (const decoded of decodeInThreads(paths, spec, signal)) {
      for (const { digest, reason } of decoded.files) {
        fingerprint.update(digest ? Buffer.from(digest, 'hex') : Buffer.alloc(32));
        if (reason !== undefined) skipped.push({ index: done, reason });
        allBytesRead &&= digest !== undefined;
        onProgress({ phase: 'decode', done: ++done, total: files.length });
      }
      orCacheError(() => writer.append(decoded.pixels));
    }
    refuseUnreadable(spec.directory, files, skipped);
    const record: PackedRecord = {
      fingerprint: fingerprint.digest('hex'),
      count: files.length - skipped.length,
      imageBytes: spec.height * spec.width * spec.channels,
      skipped,
    };
    orCacheError(() => writer.finish(packedPath(record.fingerprint, spec), record));
    // A file that is locked today may be readable tomorrow, with the same size and time of change.
    if (allBytesRead) rememberFingerprint(listing, record.fingerprint);
    return record.fingerprint;
  } finally {
    writer.close();
  }
}

function refuseUnreadable(directory: string, files: readonly ImageFile[], skipped: PackedRecord['skipped']): void {
  if (skipped.length <= mostUnreadable * files.length) return;
  const listed = skipped.slice(0, 5).map(({ index, reason }) => `  ${printable(files[index]!.path)}: ${reason}`);
  const more = skipped.length > 5 ? [`  and ${skipped.length - 5} more`] : [];
  throw new DcganError(
    'data.unreadable',
    {
      happened: `${skipped.length} of the ${files.length} images in ${directory} cannot be read:\n${[...listed, ...more].join('\n')}`,
      expected: `Up to ${mostUnreadable * 100} % are skipped; more than that says that something else is wrong.`,
      fix: 'Fetch these files again or remove them.',
    },
    { data: { directory, files: files.length, unreadable: skipped.length } },
  );
}

function datasetOf(
  spec: ImageSpec,
  files: readonly ImageFile[],
  descriptor: number,
  { fingerprint, count, imageBytes, skipped }: PackedRecord,
): Dataset {
  const { directory, height, width, channels } = spec;
  return {
    directory,
    count,
    height,
    width,
    channels,
    fingerprint,
    skipped: skipped.map(({ index, reason }) => ({ file: files[index]!.path, reason })),
    read: (indices) => readImages(descriptor, indices, count, imageBytes),
    close: () => closeSync(descriptor),
  };
}

function readImages(descriptor: number, indices: ArrayLike<number>, count: number, imageBytes: number): Uint8Array {
  const images = new Uint8Array(indices.length * imageBytes);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    if (!Number.isInteger(index) || index < 0 || index >= count) throw new RangeError(`image ${index} of ${count}`);
    const read = readSync(descriptor, images, i * imageBytes, imageBytes, index * imageBytes);
    if (read !== imageBytes) throw cacheCut(index);
  }
  return images;
}

function cacheGone(directory: string): DcganError {
  return new DcganError('data.cache', {
    happened: `The decoded images of ${directory} were removed from the cache before they could be opened.`,
    fix: 'Start again. If other runs fill the cache at the same time, raise its limit: DCGAN_CACHE_GIB.',
  });
}

function cacheCut(index: number): DcganError {
  return new DcganError('data.cache', {
    happened: `The cache of decoded images ends within image ${index}: something has cut it while it was used.`,
    fix: 'Start again; the images are then decoded anew.',
  });
}
