// Opens a folder of images as a dataset: every image is decoded once into a packed file, and read from there in any order.
import { dirname } from 'node:path';
import type { Config } from '../../config/config.ts';
import { messageOf } from '../../errors.ts';
import { checkBackground, type ImageSpec } from '../decode/decode.ts';
import { decodeFolder } from '../decode/decode-folder.ts';
import { describeTones } from '../decode/image-tones.ts';
import { describeLevels } from '../decode/levels.ts';
import { cacheLimitBytes, evict, remove, touch } from './cache-limit.ts';
import { createImageReader, findDamage, maxVerifiedAtOnce } from './checked-reading.ts';
import { checkDamaged } from './damaged-files.ts';
import type { DatasetSpec } from './dataset-spec.ts';
import { type Listing, listImages } from './files.ts';
import { listingPath, packedPath, recallFingerprint, rememberFingerprint, unfinishedPath } from './image-cache.ts';
import { openPacked, type Packed, type PackedRecord } from './packed-file.ts';
import { describeSkipped } from './skipped-files.ts';

export type { ImageSpec } from '../decode/decode.ts';
export type { DatasetSpec } from './dataset-spec.ts';

export function datasetSpec(data: Config['data'], directory: string): DatasetSpec {
  const { height, width, channels, background, fit, gray, stretch, damagedLimit } = data;
  return { directory, height, width, channels, background, fit, gray, stretch, damagedLimit };
}

/** Images of one size, on disk. Memory use does not depend on their number. */
export interface Dataset {
  readonly directory: string;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3 | 4;
  /** SHA-256 over the SHA-256 of each file's contents, in the order of their paths, as 64 hex digits. */
  readonly fingerprint: string;
  /** Files that could not be decoded; not included in `count`. */
  readonly skipped: readonly { file: string; reason: string }[];
  /** Notes for the user: other files in the folder, dark images, a cache that cannot be written. */
  readonly notes: readonly string[];
  /** Copies images into one array, uint8 [indices.length, height, width, channels]. */
  read(indices: ArrayLike<number>): Uint8Array;
  close(): void;
}

/**
 * `list`: files found so far. `decode`: files decoded so far; not reported for cached images and those that an interrupted
 * start had decoded.
 */
interface OpenProgress {
  phase: 'list' | 'decode';
  done: number;
  total: number;
}

/**
 * Opens a folder of images, or a ZIP file. Files that cannot be decoded are skipped and listed in `skipped`.
 * @param signal aborts between two files, rejecting with its reason
 * @throws DcganError `data.unreadable` if more files than the limit cannot be decoded, and `data.*` if the folder is missing,
 * empty or without images
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
  const { packed, cacheProblem } = await decodeFolder(found.files, spec, limitBytes, onDecoded, signal);
  const problem = cacheProblem ?? remember(listing, spec, packed.record, limitBytes);
  return datasetOf(spec, found, packed, problem === undefined ? [] : [problem]);
}

/** The packed images of an unchanged folder, if they are cached and intact. */
function openKnown(listing: string, spec: ImageSpec): Packed | undefined {
  const fingerprint = recallFingerprint(listing);
  if (fingerprint === undefined) return undefined;
  const path = packedPath(fingerprint, spec);
  const packed = openPacked(path, imageBytesOf(spec));
  if (!packed) return undefined;
  if (packed.record.count * packed.record.imageBytes <= maxVerifiedAtOnce && findDamage(packed) !== undefined) {
    packed.close();
    return undefined;
  }
  for (const used of [listing, path]) touch(used);
  return packed;
}

/** Records the images for the next run, and evicts older ones. @returns a note if the cache cannot be written */
function remember(listing: string, spec: ImageSpec, record: PackedRecord, limitBytes: number): string | undefined {
  const path = packedPath(record.fingerprint, spec);
  try {
    // A file without read permission may become readable without a change of its identity.
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

function datasetOf(spec: ImageSpec, found: Listing, packed: Packed, problems: readonly string[]): Dataset {
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
    notes: [...describeSkipped(found), ...describeLevels(levels), ...describeTones(tones, count, nameOf), ...problems],
    read: createImageReader(packed, packedPath(fingerprint, spec)),
    close: packed.close,
  };
}
