// Decodes the images of a folder into one packed file. A start after an interruption decodes only the rest.
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { DcganError, messageOf } from '../../errors.ts';
import { evict, remove } from '../dataset/cache-limit.ts';
import { checkDamaged } from '../dataset/damaged-files.ts';
import type { DatasetSpec } from '../dataset/dataset-spec.ts';
import type { ImageFile } from '../dataset/files.ts';
import { recoverKilled, type Store, stores, unfinishedPath } from '../dataset/image-cache.ts';
import {
  type FinishedFile,
  type Packed,
  type PackedRecord,
  type PackedWriter,
  stepsIn,
} from '../dataset/packed-file.ts';
import type { ImageSource } from './decode-files.ts';
import type { Journal } from './decode-journal.ts';
import { decodeMissing } from './decode-missing.ts';
import { decodeInThreads } from './decode-threads.ts';
import { type Finished, finishedFile, openFinished } from './finished-files.ts';
import { createToneCounter } from './image-tones.ts';
import { joinLevels, type Levels, noLevels } from './levels.ts';

interface Decoded {
  packed: Packed;
  /** Why the images are not in the cache, and where they are kept. */
  cacheProblem?: string;
}

interface Job {
  spec: DatasetSpec;
  files: readonly ImageFile[];
  sources: readonly ImageSource[];
  before: Finished | undefined;
  /** By index in `files`; saved for the next start if this one is interrupted. */
  finished: (FinishedFile | undefined)[];
  onDecoded(done: number): void;
  signal: AbortSignal | undefined;
}

/** Decodes every file into the first store that can be written. If a store fails, the next one starts from the beginning. */
export async function decodeFolder(
  files: readonly ImageFile[],
  spec: DatasetSpec,
  limitBytes: number,
  onDecoded: (done: number, total: number) => void,
  signal: AbortSignal | undefined,
): Promise<Decoded> {
  recoverKilled();
  const before = spec.verify ? undefined : openFinished(spec);
  const total = (spec.stretch ? 2 : 1) * files.length;
  const sources = files.map((file) => sourceOf(spec.directory, file));
  const job = { spec, files, sources, before, signal, onDecoded: (done: number) => onDecoded(done, total) };
  let failure: StoreFailure | undefined;
  try {
    for (const store of stores(spec, files.length * imageBytesOf(spec))) {
      try {
        const packed = await decodeInto(store, { ...job, finished: [] }, limitBytes);
        return {
          packed,
          ...(failure && { cacheProblem: `${failure.message} They are kept in ${store.location} for this run.` }),
        };
      } catch (error) {
        if (!(error instanceof StoreFailure)) throw error;
        failure ??= error;
      }
    }
  } finally {
    before?.close();
  }
  throw new DcganError(
    'data.cache',
    {
      happened: failure!.message,
      expected: 'Expected a writable folder on a disk with room for all images as raw pixels.',
      fix: 'Free disk space, or set the environment variable DCGAN_CACHE to another folder.',
    },
    { cause: failure },
  );
}

/** A store cannot be written; not a fault of the images. */
class StoreFailure extends Error {}

function inStore<Result>(store: Store, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    throw new StoreFailure(`The decoded images cannot be kept in ${store.location}: ${messageOf(error)}.`, {
      cause: error,
    });
  }
}

async function decodeInto(store: Store, job: Job, limitBytes: number): Promise<Packed> {
  const { spec, files, sources, before, finished, signal } = job;
  const imageBytes = imageBytesOf(spec);
  const writer = inStore(store, () => store.create(imageBytes));
  const journal = writer.partial === undefined ? undefined : store.startJournal?.(writer.partial, imageBytes);
  const fingerprint = createHash('sha256');
  const skipped: PackedRecord['skipped'] = [];
  const tones = createToneCounter();
  let levels: Levels | undefined;
  let count = 0;
  let done = 0;
  let allBytesRead = true;
  const recordWith = (changes: Pick<PackedRecord, 'fingerprint' | 'unfinished'>): PackedRecord => {
    return { count, imageBytes, skipped, allBytesRead, tones: tones.total, ...(levels && { levels }), ...changes };
  };
  try {
    levels = spec.stretch ? await measureLevels(job, journal) : undefined;
    const ready = files.map((file) => before?.imageOf(file, levels));
    const decode = (some: readonly ImageSource[]) =>
      decodeInThreads(some, { ...spec, ...(levels && { levels }) }, signal);
    for await (const { files: decoded, pixels, isNew } of decodeMissing(sources, ready, decode, signal)) {
      const noted: FinishedFile[] = [];
      for (const file of decoded) {
        const { digest, reason, tones: ofImage } = file;
        fingerprint.update(digest ? Buffer.from(digest, 'hex') : Buffer.alloc(32));
        if (reason !== undefined) skipped.push({ index: done, reason });
        if (ofImage) tones.add(done, ofImage);
        if (ofImage) count++;
        allBytesRead &&= digest !== undefined;
        const asFinished = finishedFile(files[done]!, file);
        if (asFinished) noted.push({ ...finished[done], ...asFinished });
        if (asFinished) finished[done] = noted.at(-1);
        done++;
        if (isNew) job.onDecoded(done + (spec.stretch ? files.length : 0));
      }
      const checksums = inStore(store, () => writer.append(pixels));
      journal?.note(noted.map((file, i) => ({ file, checksum: checksums[i]!, ...(levels && { levels }) })));
    }
    checkDamaged(spec, files, skipped);
    return inStore(store, () => writer.keep(recordWith({ fingerprint: fingerprint.digest('hex') })));
  } catch (error) {
    const unfinished = finished.filter((file) => file !== undefined);
    if (signal?.aborted && !(error instanceof StoreFailure) && stepsIn(unfinished) > (before?.steps ?? 0)) {
      before?.close(); // Windows cannot replace an open file
      keepUnfinished(writer, recordWith({ fingerprint: '', unfinished }), spec, limitBytes);
    }
    throw error;
  } finally {
    writer.close();
    journal?.close();
  }
}

/** Keeps the finished images for the next start, if the cache has room and can be written. */
function keepUnfinished(writer: PackedWriter, record: PackedRecord, spec: DatasetSpec, limitBytes: number): void {
  const path = unfinishedPath(spec);
  try {
    writer.keepUnfinished(record);
    if (record.count * record.imageBytes > limitBytes) remove(path);
    else evict(dirname(path), limitBytes, path);
  } catch {
    // the next start decodes everything
  }
}

/** The value range of all images. */
async function measureLevels(
  { spec, files, sources, before, finished, onDecoded, signal }: Job,
  journal: Journal | undefined,
): Promise<Levels> {
  let all = noLevels;
  let done = 0;
  const ready = files.map((file) => {
    const known = before?.levelsOf(file);
    return known && { file: known };
  });
  const decode = (some: readonly ImageSource[]) => decodeInThreads(some, spec, signal);
  for await (const { files: measured, isNew } of decodeMissing(sources, ready, decode, signal)) {
    const noted: FinishedFile[] = [];
    for (const file of measured) {
      if (file.levels) all = joinLevels(all, file.levels);
      const asFinished = finishedFile(files[done]!, file);
      if (asFinished) noted.push(asFinished);
      finished[done] = asFinished;
      done++;
      if (isNew) onDecoded(done);
    }
    journal?.note(noted.map((file) => ({ file })));
  }
  return all;
}

function sourceOf(directory: string, { path, zipped }: ImageFile): ImageSource {
  return zipped ? { path: join(directory, zipped.archive), entry: zipped.entry } : { path: join(directory, path) };
}

function imageBytesOf({ height, width, channels }: DatasetSpec): number {
  return height * width * channels;
}
