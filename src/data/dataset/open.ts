// Opens a folder of images as a dataset: every image decoded once into a packed file, then read from there in any order.
import { dirname } from 'node:path';
import type { Config } from '../../config/config.ts';
import { messageOf } from '../../errors.ts';
import { checkBackground, type ImageSpec } from '../decode/decode.ts';
import { decodeFolder } from '../decode/decode-folder.ts';
import { describeTones } from '../decode/image-tones.ts';
import { describeLevels } from '../decode/levels.ts';
import { cacheLimitBytes, evict, remove, touch } from './cache-limit.ts';
import { createImageReader, findDamage, mostVerifiedAtOnce } from './checked-reading.ts';
import { checkDamaged } from './damaged-files.ts';
import type { DatasetSpec } from './dataset-spec.ts';
import { type Listing, listImages } from './files.ts';
import { listingPath, packedPath, recallFingerprint, rememberFingerprint, unfinishedPath } from './image-cache.ts';
import { openPacked, type Packed, type PackedRecord } from './packed-file.ts';
import { describeSkipped } from './skipped-files.ts';

export type { ImageSpec } from '../decode/decode.ts';
export type { DatasetSpec } from './dataset-spec.ts';

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

/**
 * `list`: files found so far. `decode`: images decoded, of all; it does not come where the cache knows the folder, nor for images
 * that a stopped start had decoded before.
 */
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
  const onDecoded = (done: number, total: number) => onProgress({ phase: 'decode', done, total });
  const { packed, complaint } = await decodeFolder(found.files, spec, limitBytes, onDecoded, signal);
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

/** Lets the next run find the images, and older ones go. Returns why it cannot. */
function remember(listing: string, spec: ImageSpec, record: PackedRecord, limitBytes: number): string | undefined {
  const path = packedPath(record.fingerprint, spec);
  try {
    // A file that is locked today may be readable tomorrow, with the same size and time of change.
    if (record.allBytesRead) rememberFingerprint(listing, record.fingerprint);
    remove(unfinishedPath(spec));
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
