// Opens a folder of images as a dataset: every image decoded once into a packed file, then read from there in any order.
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { Config } from '../config/config.ts';
import { DcganError, messageOf } from '../errors.ts';
import { cacheLimitBytes, evict, touch } from './cache-limit.ts';
import { createImageReader, findDamage, mostVerifiedAtOnce } from './checked-reading.ts';
import { checkDamaged } from './damaged-files.ts';
import { checkBackground, type ImageSpec } from './decode.ts';
import type { DecodedFiles, ImageSource } from './decode-files.ts';
import { decodeInThreads } from './decode-threads.ts';
import { type ImageFile, type Listing, listImages } from './files.ts';
import { listingPath, packedPath, recallFingerprint, rememberFingerprint, type Store, stores } from './image-cache.ts';
import { createToneCounter, describeTones } from './image-tones.ts';
import { describeLevels, joinLevels, type Levels, noLevels } from './levels.ts';
import { openPacked, type Packed, type PackedRecord } from './packed-file.ts';
import { describeSkipped } from './skipped-files.ts';

export type { ImageSpec } from './decode.ts';

export interface DatasetSpec extends ImageSpec {
  /** Share of the files that may be skipped because they cannot be read. */
  damagedLimit?: number;
  /** Decodes every file, whatever the cache holds. */
  verify?: boolean;
}

/** The images of this folder as a config wants them. */
export function datasetSpec(data: Config['data'], directory: string): DatasetSpec {
  const { height, width, channels, background, fit, gray, stretch, damagedLimit } = data;
  return { directory, height, width, channels, background, fit, gray, stretch, damagedLimit };
}

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
  /** Sentences about the folder: other files in it, dark images, a cache that cannot be written. */
  readonly notes: readonly string[];
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
 * Reads a folder of images, or a ZIP file; `signal` ends that between two files, and it rejects with its reason. Files that cannot
 * be read are skipped and named in `skipped`; throws DcganError `data.unreadable` where these are more than the limit or all, and
 * `data.*` where the folder is missing, empty or without images.
 */
export async function openImages(
  spec: DatasetSpec,
  onProgress: (event: OpenProgress) => void = () => {},
  signal?: AbortSignal,
): Promise<Dataset> {
  await checkBackground(spec.background);
  const limitBytes = cacheLimitBytes();
  const onFound = (files: number) => onProgress({ phase: 'list', done: files, total: files });
  const found = await listImages(spec.directory, onFound, signal);
  const listing = listingPath(spec.directory, found.files);
  const known = spec.verify ? undefined : openKnown(listing, spec);
  if (known) {
    checkDamaged(spec, found.files, known.record.skipped);
    return datasetOf(spec, found, known, []);
  }
  const { packed, complaint } = await decodeAll(found.files, spec, onProgress, signal);
  const forgotten = complaint ?? remember(listing, spec, packed.record, limitBytes);
  return datasetOf(spec, found, packed, forgotten === undefined ? [] : [forgotten]);
}

/** The packed images of an unchanged folder, if they are in the cache and whole. */
function openKnown(listing: string, spec: ImageSpec): Packed | undefined {
  const fingerprint = recallFingerprint(listing);
  if (fingerprint === undefined) return undefined;
  const path = packedPath(fingerprint, spec);
  const packed = openPacked(path, imageBytesOf(spec));
  if (!packed) return undefined;
  if (packed.record.count * packed.record.imageBytes <= mostVerifiedAtOnce && findDamage(packed) !== undefined) {
    packed.close();
    return undefined;
  }
  for (const used of [listing, path]) touch(used);
  return packed;
}

interface Decoded {
  packed: Packed;
  /** Why the images are not in the cache, and where they are. */
  complaint?: string;
}

/** Decodes every file into the first place that takes the images. A place that turns out to be full costs a new beginning. */
async function decodeAll(
  files: readonly ImageFile[],
  spec: DatasetSpec,
  onProgress: (event: OpenProgress) => void,
  signal: AbortSignal | undefined,
): Promise<Decoded> {
  const places = stores(spec, files.length * imageBytesOf(spec));
  let failure: StoreFailure | undefined;
  for (const store of places) {
    try {
      const packed = await decodeInto(store, files, spec, onProgress, signal);
      return {
        packed,
        ...(failure && { complaint: `${failure.message} They are kept in ${store.place} for this run.` }),
      };
    } catch (error) {
      if (!(error instanceof StoreFailure)) throw error;
      failure ??= error;
    }
  }
  throw new DcganError(
    'data.cache',
    {
      happened: failure!.message,
      expected: 'A folder is expected that can be written, on a disk with room for every image as raw pixels.',
      fix: 'Make room, or set the environment variable DCGAN_CACHE to another folder.',
    },
    { cause: failure },
  );
}

/** A place cannot be written; not a fault of the images. */
class StoreFailure extends Error {}

function inStore<Result>(store: Store, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    throw new StoreFailure(`The decoded images cannot be kept in ${store.place}: ${messageOf(error)}.`, {
      cause: error,
    });
  }
}

/** Decodes every file, in order. */
async function decodeInto(
  store: Store,
  files: readonly ImageFile[],
  spec: DatasetSpec,
  onProgress: (event: OpenProgress) => void,
  signal: AbortSignal | undefined,
): Promise<Packed> {
  const imageBytes = imageBytesOf(spec);
  const writer = inStore(store, () => store.create(imageBytes));
  const fingerprint = createHash('sha256');
  const skipped: PackedRecord['skipped'] = [];
  const tones = createToneCounter();
  const sources = files.map((file) => sourceOf(spec.directory, file));
  const passes = spec.stretch ? 2 : 1;
  const report = (done: number) => onProgress({ phase: 'decode', done, total: passes * files.length });
  let done = 0;
  let allBytesRead = true;
  try {
    const levels = spec.stretch ? await measureLevels(decodeInThreads(sources, spec, signal), report) : undefined;
    for await (const decoded of decodeInThreads(sources, { ...spec, ...(levels && { levels }) }, signal)) {
      for (const { digest, reason, tones: ofImage } of decoded.files) {
        fingerprint.update(digest ? Buffer.from(digest, 'hex') : Buffer.alloc(32));
        if (reason !== undefined) skipped.push({ index: done, reason });
        if (ofImage) tones.add(done, ofImage);
        allBytesRead &&= digest !== undefined;
        report(++done + (passes - 1) * files.length);
      }
      inStore(store, () => writer.append(decoded.pixels));
    }
    checkDamaged(spec, files, skipped);
    const record: PackedRecord = {
      fingerprint: fingerprint.digest('hex'),
      count: files.length - skipped.length,
      imageBytes,
      skipped,
      allBytesRead,
      tones: tones.total,
      ...(levels && { levels }),
    };
    return inStore(store, () => writer.keep(record));
  } finally {
    writer.close();
  }
}

/** The least and the greatest value of all images. */
async function measureLevels(batches: AsyncIterable<DecodedFiles>, report: (done: number) => void): Promise<Levels> {
  let all = noLevels;
  let done = 0;
  for await (const { files } of batches) {
    for (const { levels } of files) {
      if (levels) all = joinLevels(all, levels);
      report(++done);
    }
  }
  return all;
}

function sourceOf(directory: string, { path, zipped }: ImageFile): ImageSource {
  return zipped ? { path: join(directory, zipped.archive), entry: zipped.entry } : { path: join(directory, path) };
}

/** Lets the next run find the images, and older ones go. Returns why it cannot. */
function remember(listing: string, spec: ImageSpec, record: PackedRecord, limitBytes: number): string | undefined {
  const path = packedPath(record.fingerprint, spec);
  try {
    // A file that is locked today may be readable tomorrow, with the same size and time of change.
    if (record.allBytesRead) rememberFingerprint(listing, record.fingerprint);
    evict(dirname(path), limitBytes, path);
    return undefined;
  } catch (error) {
    return `The cache ${dirname(path)} cannot be written: ${messageOf(error)}. The next run decodes the images again.`;
  }
}

function imageBytesOf({ height, width, channels }: ImageSpec): number {
  return height * width * channels;
}

function datasetOf(spec: ImageSpec, found: Listing, packed: Packed, complaints: readonly string[]): Dataset {
  const { directory, height, width, channels } = spec;
  const { fingerprint, count, skipped, tones, levels } = packed.record;
  const nameOf = (index: number) => found.files[index]!.path;
  return {
    directory,
    count,
    height,
    width,
    channels,
    fingerprint,
    skipped: skipped.map(({ index, reason }) => ({ file: nameOf(index), reason })),
    notes: [
      ...describeSkipped(found),
      ...describeLevels(levels),
      ...describeTones(tones, count, nameOf),
      ...complaints,
    ],
    read: createImageReader(packed, packedPath(fingerprint, spec)),
    close: packed.close,
  };
}
